import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDigits } from '../../../lib/study/digits';
import { evaluate } from '../../scripts/bench/bench';
import { picture, pixelsOf, side, testDigits } from './digits';
import { printedDigits } from './printed-digits';

interface Placed {
  left: number;
  top: number;
  size: number;
  paper: [number, number];
}

/** What the server takes for the digit in a picture of one of MNIST's, enlarged, on larger paper. */
async function digitIn(pixels: Buffer, { left, top, size, paper }: Placed, negate: boolean) {
  const [width, height] = paper;
  const digit = await picture(pixels).resize(size, size).toColourspace('b-w').raw().toBuffer();
  const sheet = Buffer.alloc(width * height);
  for (let row = 0; row < size; row++) {
    digit.copy(sheet, (top + row) * width + left, row * size, (row + 1) * size);
  }
  const image = { data: Array.from(sheet, (x) => (negate ? 255 - x : x)), width, height };
  return evaluate(`
    import { digitOf } from './examples/serving/server/digit.mjs';
    const { data, ...size } = ${JSON.stringify(image)};
    const pixels = await digitOf({ data: Buffer.from(data), ...size }, '${negate ? 'dark' : 'light'}');
    console.log(JSON.stringify(Array.from(pixels)));
  `) as number[];
}

function centreOf(grey: ArrayLike<number>): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (const [i, amount] of Array.from(grey).entries()) {
    sum += amount;
    x += amount * ((i % side) + 0.5);
    y += amount * (Math.floor(i / side) + 0.5);
  }
  return [x / sum, y / sum];
}

/** The share of the strokes' pixels that have no ink within a pixel of them in the other image. */
function strayed(image: ArrayLike<number>, other: ArrayLike<number>): number {
  const near = [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => row * side + column));
  const strokes = Array.from(image).flatMap((amount, i) => (amount > 200 ? [i] : []));
  const lost = strokes.filter((i) => !near.some((step) => (other[i + step] ?? 0) > 50));
  return lost.length / strokes.length;
}

test.each<[string, Placed, boolean]>([
  ['in a corner', { left: 50, top: 0, size: 56, paper: [112, 60] }, false],
  ['in the other, dark', { left: 0, top: 20, size: 84, paper: [90, 110] }, true],
])('a digit %s is found, and lies as MNIST has it', async (_, placed, negate) => {
  const digits = await testDigits();
  for (const index of [0, 1, 2]) {
    const original = pixelsOf(digits, index);
    const found = (await digitIn(original, placed, negate)).map((x) => (negate ? 255 - x : x));
    expect(found).toHaveLength(side * side);
    // Moved by whole pixels.
    for (const at of centreOf(found)) expect(Math.abs(at - side / 2)).toBeLessThanOrEqual(0.51);
    // The edges of strokes are softer, and may be a pixel elsewhere.
    expect(strayed(found, original)).toBeLessThan(0.02);
    expect(strayed(original, found)).toBeLessThan(0.02);
  }
});

test.each([0, 255, 100])('paper of grey %i alone has no digit, and no ink', (grey) => {
  const pixels = evaluate(`
    import { digitOf } from './examples/serving/server/digit.mjs';
    const image = { data: Buffer.alloc(600, ${grey}), width: 30, height: 20 };
    console.log(JSON.stringify(Array.from(await digitOf(image, 'light'))));
  `) as number[];
  expect(pixels).toEqual(Array(side * side).fill(0));
});

test('grey paper and grey ink are made black and white', () => {
  const pixels = evaluate(`
    import { digitOf } from './examples/serving/server/digit.mjs';
    const [width, height] = [60, 60];
    // A bar of grey 90 on paper of grey 180, which has some noise.
    const data = Buffer.alloc(width * height).map((_, i) =>
      i % width >= 10 && i % width < 20 && i >= 5 * width && i < 55 * width ? 90 : 180 + (i % 7));
    console.log(JSON.stringify(Array.from(await digitOf({ data, width, height }, 'dark'))));
  `) as number[];
  const rows = Array.from({ length: side }, (_, row) => pixels.slice(row * side, (row + 1) * side));
  expect(rows.filter((row) => Math.min(...row) < 10)).toHaveLength(20);
  expect(rows[0]).toEqual(Array(side).fill(255));
  expect(rows[14]?.filter((x) => x < 10)).toHaveLength(4);
});

describe('printed digits', () => {
  /** What MNIST's training digits show that are most like each of these, of the first 3000. */
  async function nearest(images: readonly (readonly number[])[]): Promise<number[]> {
    const { training } = await loadDigits(null);
    const { images: known, labels, pixels } = training;
    const lengthOf = (of: ArrayLike<number>) =>
      Math.sqrt(Array.from(of).reduce((sum, x) => sum + x * x, 0));
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const row = known.subarray(i * pixels, (i + 1) * pixels);
      return { row, length: lengthOf(row), label: labels[i] as number };
    });
    return images.map((image) => {
      const values = Float64Array.from(image);
      let best = { cosine: -1, label: -1 };
      for (const { row, length, label } of rows) {
        let dot = 0;
        for (let i = 0; i < pixels; i++) dot += (values[i] as number) * (row[i] as number);
        if (dot / length > best.cosine) best = { cosine: dot / length, label };
      }
      return best.label;
    });
  }

  test('lie as MNIST has its own, wherever they are on their paper', async () => {
    const printed = await printedDigits();
    const folder = mkdtempSync(join(tmpdir(), 'batchnorm-printed-'));
    for (const [i, { png }] of printed.entries()) writeFileSync(join(folder, `${i}.png`), png);
    const run = (lines: string) =>
      evaluate(`
        import sharp from 'sharp';
        import { decode } from './examples/serving/server/decode.mjs';
        import { digitOf } from './examples/serving/server/digit.mjs';
        import { readFileSync } from 'node:fs';
        const files = Array.from({ length: ${printed.length} }, (_, i) =>
          readFileSync(${JSON.stringify(folder)} + '/' + i + '.png'));
        const light = async (png) => { ${lines} };
        console.log(JSON.stringify(await Promise.all(files.map(light))));
      `) as number[][];
    const centred = run(`
      const image = await decode(png, { maxPixels: 1e6, backdrop: 'white' });
      return Array.from(await digitOf(image, 'dark'), (x) => 255 - x);
    `);
    const scaled = run(`
      const all = await sharp(png).negate({ alpha: false }).greyscale()
        .resize(28, 28, { fit: 'contain', background: 'black' }).raw().toBuffer();
      return Array.from(all);
    `);
    rmSync(folder, { recursive: true });
    const rightOf = async (images: number[][]) => {
      const labels = await nearest(images);
      return labels.filter((label, i) => label === printed[i]?.digit).length / labels.length;
    };
    expect(await rightOf(centred)).toBeGreaterThan(0.65);
    // What is only scaled to 28 x 28, as it was before, shows that these are no easy ones.
    expect(await rightOf(scaled)).toBeLessThan(0.4);
  });
});
