import type Sharp from 'sharp';
import { CommandError } from './command-error';

/** 1 is grey, 3 is red, green, blue. */
export type Channels = 1 | 3;

/** Pixels as they lie in memory, row by row, the channels of each side by side. */
export interface Pixels {
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
}

interface Format {
  readonly channels: Channels;
  readonly isDeep: boolean;
}

/** What an image has without its alpha: one channel or three, 8 or 16 bits. */
export async function readFormat(image: Sharp.Sharp): Promise<Format> {
  const { space, depth } = await image.metadata();
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new CommandError(`has pixels of type ${depth}, not of 8 or 16 bits`);
  }
  return { channels: space === 'b-w' || space === 'grey16' ? 1 : 3, isDeep: depth === 'ushort' };
}

/** An image with `channels` channels, in sRGB or grey, without its alpha. */
export async function decode(
  image: Sharp.Sharp,
  { isDeep }: Format,
  channels: Channels,
): Promise<Pixels> {
  const grey = isDeep ? 'grey16' : 'b-w';
  const colour = isDeep ? 'rgb16' : 'srgb';
  const { data, info } = await image
    .removeAlpha()
    .toColourspace(channels === 1 ? grey : colour)
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const pixels = isDeep
    ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
    : new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (pixels.length === width * height * channels) return { data: pixels, width, height, channels };
  throw new CommandError(`was decoded to ${info.channels} channels instead of ${channels}`);
}
