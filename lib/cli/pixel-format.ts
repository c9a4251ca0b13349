import type Sharp from 'sharp';
import { CommandError } from './command-error';
import { hasAlphaBand } from './tiff';

/** 1 is grey, 3 is red, green, blue. */
export type Channels = 1 | 3;

export interface PixelFormat {
  /** Without alpha. */
  readonly channels: Channels;
  /** Whether it has 16 bits, not 8. */
  readonly isDeep: boolean;
  /** Whether it has more pages or frames than the first. */
  readonly isPaged: boolean;
}

/** How many bands are colours, by what libvips calls their space. */
const coloursOf: Readonly<Record<string, number>> = {
  'b-w': 1,
  grey16: 1,
  srgb: 3,
  rgb: 3,
  rgb16: 3,
  scrgb: 3,
  hsv: 3,
  lab: 3,
  labs: 3,
  lch: 3,
  xyz: 3,
  cmyk: 4,
};

/**
 * What the pixels of an image are. Refused are bands that are neither colours nor alpha: a decoder
 * would drop them without a word.
 */
export async function readFormat(image: Sharp.Sharp, file: Buffer): Promise<PixelFormat> {
  const { space, depth, channels, format, pages = 1 } = await image.metadata();
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new CommandError(`has pixels of type ${depth}, not of 8 or 16 bits`);
  }
  const colours = coloursOf[space] ?? 0;
  const isAlphaNext = format !== 'tiff' || hasAlphaBand(file);
  if (channels !== colours && !(channels === colours + 1 && isAlphaNext)) {
    throw new CommandError(
      `has ${channels} bands (${space}), which are more than colours and alpha: save them as .npy, ` +
        'of which all count',
    );
  }
  return { channels: colours === 1 ? 1 : 3, isDeep: depth === 'ushort', isPaged: pages > 1 };
}
