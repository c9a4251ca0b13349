import { idx } from '../formats/files';

/**
 * The four files of a data set of made-up digits of 8 x 8 pixels, by name: each digit has rows and
 * columns of its own that are bright, in some noise.
 */
export function madeUpDigits(training: number, test: number): [name: string, bytes: Buffer][] {
  return [...set('train', training, 1), ...set('t10k', test, 2)];
}

function set(name: string, count: number, seed: number): [string, Buffer][] {
  const labels = Buffer.from(Array.from({ length: count }, (_, i) => (i * 7 + seed) % 10));
  const images = Buffer.alloc(count * 64);
  let state = seed;
  for (let i = 0; i < images.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const digit = labels[i >> 6] as number;
    const isBright = ((i >> 3) & 7) === digit % 8 || (digit > 7 && (i & 7) === digit % 8);
    images[i] = (isBright ? 180 : 0) + (state >>> 26);
  }
  return [
    [`${name}-images-idx3-ubyte`, idx(0x08, [count, 8, 8], images)],
    [`${name}-labels-idx1-ubyte`, idx(0x08, [count], labels)],
  ];
}
