import { readFile } from 'node:fs/promises';
import { littleEndianBytes } from '../formats/byte-order';
import type { transforms } from '../index';
import { CommandError } from './command-error';
import { decode } from './decode';
import { type Framing, frame } from './framing';
import type { Normalized } from './normalized';
import { type Channels, readFormat } from './pixel-format';
import { pixelTransform } from './pixel-transform';
import { loadSharp } from './sharp';

export interface ImageOptions {
  /** What to convert the image to; null for what the means say. */
  readonly channels: Channels | null;
  /** Whether it is turned as its EXIF says. */
  readonly isTurned: boolean;
  readonly framing: Framing;
}

/** An image, in colour where there are three means, else with the channels that it has. */
export async function normalizedImage(
  path: string,
  statistics: transforms.ChannelStatistics,
  { channels, isTurned, framing }: ImageOptions,
  to: transforms.ImageLayout,
): Promise<Normalized> {
  const transform = pixelTransform(statistics);
  const sharp = await loadSharp();
  const file = await readFile(path);
  const image = sharp(file);
  const format = await readFormat(image, file);
  const wanted = channels ?? (transform.mean.length === 3 ? 3 : format.channels);
  checkChannels(transform, wanted);
  const pixels = await frame(sharp, await decode(image, format, wanted, isTurned), framing);
  const y = transform.forward(pixels, { to });
  return {
    transform,
    shape: y.shape,
    items: 1,
    unit: 'images',
    async *chunks() {
      yield { bytes: littleEndianBytes(y.data), items: 1 };
    },
    async close() {},
  };
}

/** One mean is for any number of channels. */
export function checkChannels({ mean }: transforms.Normalize<'float32'>, channels: number): void {
  if (mean.length === 1 || mean.length === channels) return;
  throw new CommandError(
    `has ${channels} ${channels === 1 ? 'channel' : 'channels'}, where there are ${mean.length} ` +
      'means',
  );
}
