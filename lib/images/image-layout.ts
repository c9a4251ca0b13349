import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/**
 * The order in which the sizes of an image are given, and its elements stored: height, width,
 * channels (as decoders give pixels), or channels, height, width (as most models take them).
 */
export type ImageLayout = 'HWC' | 'CHW';

export function checkImageLayout(caller: string, name: string, value: unknown): ImageLayout {
  if (value === 'HWC' || value === 'CHW') return value;
  throw new ArgumentError(`${caller}: ${name} should be 'HWC' or 'CHW', got ${nameOf(value)}`);
}

/** The sizes of images; `leading` are those before an image's own. */
export interface ImageSizes {
  readonly leading: readonly number[];
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export function shapeOf(sizes: ImageSizes, layout: ImageLayout): number[] {
  const { leading, channels, height, width } = sizes;
  return layout === 'HWC'
    ? [...leading, height, width, channels]
    : [...leading, channels, height, width];
}

/** `shape`, of three sizes at least, read in this order. */
export function sizesOf(shape: readonly number[], layout: ImageLayout): ImageSizes {
  const first = shape.length - 3;
  const [a, b, c] = [shape[first], shape[first + 1], shape[first + 2]] as [number, number, number];
  const leading = shape.slice(0, first);
  return layout === 'HWC'
    ? { leading, channels: c, height: a, width: b }
    : { leading, channels: a, height: b, width: c };
}
