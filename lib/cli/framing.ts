import type Sharp from 'sharp';
import { CommandError } from './command-error';
import { type Pixels, pixelsOf } from './decode';

/** Columns and rows. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How images are brought to the size that a model takes; each null where that is not wanted. */
export interface Framing {
  /** A number is the length of the shorter side. */
  readonly resize: number | Size | null;
  /** Cut out of the middle. */
  readonly crop: Size | null;
}

export const asItIs: Framing = { resize: null, crop: null };

/** In words, for a data set that is framed in another way to be another one; null as it is. */
export function factOf({ resize, crop }: Framing): string | null {
  return resize === null && crop === null ? null : `framed ${JSON.stringify([resize, crop])}`;
}

/**
 * Pixels resized, then cropped, to the sizes of torchvision's Resize and CenterCrop. They have no
 * alpha any more: with it, sharp would blacken what is transparent.
 */
export async function frame(
  sharp: typeof Sharp,
  pixels: Pixels,
  { resize, crop }: Framing,
): Promise<Pixels> {
  if (resize === null && crop === null) return pixels;
  const { data, width, height, channels } = pixels;
  let image = sharp(data, { raw: { width, height, channels } });
  let size: Size = { width, height };
  if (resize !== null) {
    size = typeof resize === 'number' ? scaled(size, resize) : resize;
    image = image.resize({ ...size, fit: 'fill' });
  }
  if (crop !== null) image = image.extract({ ...middleOf(size, crop), ...crop });
  return pixelsOf(image, data instanceof Uint16Array, channels);
}

function scaled({ width, height }: Size, shorter: number): Size {
  const longer = Math.trunc((shorter * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: shorter, height: longer } : { width: longer, height: shorter };
}

function middleOf({ width, height }: Size, crop: Size): { left: number; top: number } {
  if (width >= crop.width && height >= crop.height) {
    return { left: half(width - crop.width), top: half(height - crop.height) };
  }
  throw new CommandError(
    `is ${width} x ${height}, smaller than ${crop.width} x ${crop.height} of --crop`,
  );
}

/** Rounded as Python does, half to even. */
function half(length: number): number {
  return length % 4 === 1 ? (length - 1) / 2 : Math.ceil(length / 2);
}
