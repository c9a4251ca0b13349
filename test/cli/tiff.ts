/** What a TIFF says of its bands: tags 262 and 338. */
interface TiffOptions {
  readonly bands: number;
  readonly photometric: 'minIsBlack' | 'rgb' | 'cmyk';
  readonly bits?: 8 | 16;
  /** What each band after the colours is: 0 nothing in particular, 1 and 2 alpha. */
  readonly extraSamples?: readonly number[];
  readonly isBig?: boolean;
}

const photometric = { minIsBlack: 1, rgb: 2, cmyk: 5 };
const side = 4;

/** An image of 4 x 4 pixels, not packed, whose bands are 10, 20, 30, ... */
export function tiff({ bands, bits = 8, extraSamples = [], isBig = false, ...of }: TiffOptions) {
  const bytes = bits / 8;
  const pixels = Buffer.alloc(side * side * bands * bytes);
  for (let i = 0; i < side * side * bands; i++) {
    const value = 10 * ((i % bands) + 1);
    if (bits === 16) pixels.writeUInt16LE(value * 257, 2 * i);
    else pixels[i] = value;
  }
  const word = isBig ? 8 : 4;
  const start = isBig ? 16 : 8;
  const entries: [tag: number, values: readonly number[]][] = [
    [256, [side]],
    [257, [side]],
    [258, Array(bands).fill(bits)],
    [259, [1]],
    [262, [photometric[of.photometric]]],
    [273, [start]],
    [277, [bands]],
    [278, [side]],
    [279, [pixels.length]],
    ...(extraSamples.length === 0 ? [] : [[338, extraSamples] as [number, readonly number[]]]),
  ];
  const directory = start + pixels.length;
  const size = (isBig ? 8 : 2) + entries.length * (4 + 2 * word) + word;
  const head = Buffer.alloc(size);
  const tails: Buffer[] = [];
  let tail = directory + size;
  const write = (value: number, at: number) =>
    isBig ? head.writeBigUInt64LE(BigInt(value), at) : head.writeUInt32LE(value, at);
  if (isBig) head.writeBigUInt64LE(BigInt(entries.length));
  else head.writeUInt16LE(entries.length);
  for (const [i, [tag, values]] of entries.entries()) {
    const at = (isBig ? 8 : 2) + i * (4 + 2 * word);
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(3, at + 2); // SHORT
    write(values.length, at + 4);
    const shorts = Buffer.alloc(2 * values.length);
    for (const [j, value] of values.entries()) shorts.writeUInt16LE(value, 2 * j);
    if (shorts.length <= word) {
      shorts.copy(head, at + 4 + word);
      continue;
    }
    write(tail, at + 4 + word);
    tails.push(shorts);
    tail += shorts.length;
  }
  const magic = Buffer.alloc(start);
  magic.write('II');
  magic.writeUInt16LE(isBig ? 43 : 42, 2);
  if (isBig) magic.writeUInt16LE(8, 4);
  if (isBig) magic.writeBigUInt64LE(BigInt(directory), 8);
  else magic.writeUInt32LE(directory, 4);
  return Buffer.concat([magic, pixels, head, ...tails]);
}
