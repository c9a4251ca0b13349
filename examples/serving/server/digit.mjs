import sharp from 'sharp';
import { SIDE } from '../model/side.mjs';

const WHITE = 255;
/** MNIST's digits fit 20 x 20, and have their centre of mass in the middle of 28 x 28. */
const INNER = 20;
/** How much darker than paper is ink, of the darkest there is: noise and shadows are no part of a digit. */
const LEAST = 0.25;

/**
 * Whether ink is 'dark' on light paper or 'light' on dark, as MNIST's digits are: paper is most of
 * an image.
 */
export function inkOf({ data }) {
  let sum = 0;
  for (const grey of data) sum += grey;
  return sum / data.length > WHITE / 2 ? 'dark' : 'light';
}

/**
 * What an image shows as MNIST has its digits, in 28 x 28 pixels of the same ink on paper without a
 * shade. One of 28 x 28 is taken for a digit of MNIST, and stays as it is.
 */
export async function digitOf(image, ink) {
  if (image.width === SIDE && image.height === SIDE) return image.data;
  const amounts = inkAmounts(image, ink);
  const box = boxOf(amounts);
  const square = new Uint8Array(SIDE * SIDE);
  if (box !== null) place(await scaled(amounts, box), square);
  return ink === 'dark' ? square.map((amount) => WHITE - amount) : square;
}

/** How much ink each pixel has, from 0 for paper to 255 for the most that there is. */
function inkAmounts({ data, width, height }, ink) {
  const amounts = ink === 'dark' ? data.map((grey) => WHITE - grey) : data;
  const paper = medianOf(amounts);
  let most = 0;
  for (const amount of amounts) most = Math.max(most, amount);
  const scale = most > paper ? WHITE / (most - paper) : 0;
  return { data: amounts.map((amount) => Math.max(0, amount - paper) * scale), width, height };
}

function medianOf(bytes) {
  return bytes.toSorted()[bytes.length >> 1];
}

/** The smallest rectangle with all ink; null where there is none. */
function boxOf({ data, width }) {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const [i, amount] of data.entries()) {
    if (amount <= LEAST * WHITE) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return right === 0 ? null : { left, top, width: right - left, height: bottom - top };
}

/** That part of an image, its longer side scaled to 20. */
async function scaled({ data, width, height }, box) {
  const scale = INNER / Math.max(box.width, box.height);
  const size = {
    width: Math.max(1, Math.round(box.width * scale)),
    height: Math.max(1, Math.round(box.height * scale)),
  };
  const bytes = await sharp(data, { raw: { width, height, channels: 1 } })
    .extract(box)
    .resize({ ...size, fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return { data: bytes, ...size };
}

/** Puts it on the square so that its centre of mass is in the middle. */
function place({ data, width, height }, square) {
  let [sum, sumX, sumY] = [0, 0, 0];
  for (const [i, amount] of data.entries()) {
    sum += amount;
    sumX += amount * ((i % width) + 0.5);
    sumY += amount * (Math.floor(i / width) + 0.5);
  }
  const at = (moment, size) => {
    return Math.min(SIDE - size, Math.max(0, Math.round(SIDE / 2 - moment / sum)));
  };
  const [left, top] = [at(sumX, width), at(sumY, height)];
  for (let row = 0; row < height; row++) {
    square.set(data.subarray(row * width, (row + 1) * width), (top + row) * SIDE + left);
  }
}
