import { SIDE } from '../model/side.mjs';

const WHITE = 255;

/**
 * Whether ink is 'dark' on light paper or 'light' on dark, as MNIST's digits are: paper is most of
 * an image.
 */
export function inkOf({ data }) {
  let sum = 0;
  for (const grey of data) sum += grey;
  return sum / data.length > WHITE / 2 ? 'dark' : 'light';
}

/** The image in the middle of a square of 28 x 28, with paper around it. */
export function squared({ data, width, height }, ink) {
  if (width === SIDE && height === SIDE) return data;
  const square = new Uint8Array(SIDE * SIDE).fill(ink === 'dark' ? WHITE : 0);
  const top = (SIDE - height) >> 1;
  const left = (SIDE - width) >> 1;
  for (let row = 0; row < height; row++) {
    const pixels = data.subarray(row * width, (row + 1) * width);
    square.set(pixels, (top + row) * SIDE + left);
  }
  return square;
}
