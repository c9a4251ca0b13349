import sharp from 'sharp';

/** An image of 4 x 4 pixels of one colour, or of one grey. */
export function plain(...colour: number[]): sharp.Sharp {
  const channels = colour.length as 1 | 2 | 3 | 4;
  const data = Uint8Array.from({ length: 16 * channels }, (_, i) => colour[i % channels] as number);
  return sharp(data, { raw: { width: 4, height: 4, channels } });
}

/** An image with a pattern that its number decides. */
export function pattern(number: number, width: number, height: number): sharp.Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (number + 3)) % 256);
  return sharp(data, { raw: { width, height, channels: 3 } });
}
