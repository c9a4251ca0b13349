import type Sharp from 'sharp';
import { CommandError } from './command-error';
import type { Channels, PixelFormat } from './pixel-format';

/** Pixels as they lie in memory, row by row, the channels of each side by side. */
export interface Pixels {
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
}

/**
 * An image with `channels` channels, in sRGB or grey, without its alpha, which `isTurned` turns as
 * EXIF says that the camera was.
 */
export async function decode(
  image: Sharp.Sharp,
  { isDeep }: PixelFormat,
  channels: Channels,
  isTurned: boolean,
): Promise<Pixels> {
  // Without an angle it turns by EXIF; older versions have no autoOrient().
  const turned = isTurned ? image.rotate() : image;
  return pixelsOf(turned.removeAlpha(), isDeep, channels);
}

/** What an image without alpha decodes to. */
export async function pixelsOf(
  image: Sharp.Sharp,
  isDeep: boolean,
  channels: Channels,
): Promise<Pixels> {
  const grey = isDeep ? 'grey16' : 'b-w';
  const colour = isDeep ? 'rgb16' : 'srgb';
  const { data, info } = await image
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
