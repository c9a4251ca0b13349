import sharp from 'sharp';
import { type Digits, loadDigits } from '../../../lib/study/digits';

export const side = 28;

/** MNIST's test digits. */
export async function testDigits(): Promise<Digits> {
  return (await loadDigits(null)).test;
}

/** The bytes of one of them. */
export function pixelsOf({ images, pixels }: Digits, index: number): Buffer {
  return Buffer.from(images.subarray(index * pixels, (index + 1) * pixels));
}

/** A picture with these grey bytes. */
export function picture(pixels: Uint8Array): sharp.Sharp {
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
}
