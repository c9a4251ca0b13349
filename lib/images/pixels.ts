import { ShapeError } from '../errors';
import { formatsAgree, type MemoryFormat } from '../tensor/memory-format';
import { formatShape } from '../tensor/shape';
import type { TensorLike } from '../tensor/tensor-like';
import { type Elements, readElements } from './elements';
import { type ImageLayout, type ImageSizes, sizesOf } from './image-layout';
import type { PixelData } from './pixel-data';

/** What sharp decodes to: `await image.raw().toBuffer({ resolveWithObject: true })`. */
export interface DecodedImage {
  readonly data: PixelData;
  readonly info: {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    /**
     * What the bytes of `data` are: `'uchar'`, or `'ushort'` for two bytes a value, in this
     * machine's order.
     */
    readonly depth?: string | undefined;
  };
}

/** The ImageData of a canvas, and what pngjs, jpeg-js and Jimp's bitmaps hold. */
export interface ImageDataLike {
  readonly data: PixelData;
  readonly width: number;
  readonly height: number;
  /** Default: what the length of `data` says. */
  readonly channels?: number | undefined;
}

/** Elements and their shape: `[C, H, W]` or `[H, W, C]`, with any sizes before these. */
export interface ShapedPixels {
  readonly data: PixelData;
  readonly shape: readonly number[];
  /** How `data` is laid out where the shape is `[N, C, H, W]`; default `'contiguous'`. */
  readonly memoryFormat?: MemoryFormat | undefined;
}

/** Whatever is taken where pixels go in. None of them is copied. */
export type Pixels = TensorLike | DecodedImage | ImageDataLike | ShapedPixels;

/** Pixels as the kernel sees them. */
export interface ImageInput extends Elements {
  /** The order of `shape`. */
  readonly from: ImageLayout;
  readonly sizes: ImageSizes;
  /** Whether the channels of a pixel lie side by side in memory. */
  readonly channelsLast: boolean;
}

/**
 * `pixels` as an image. `from` says how to read the shape; where it is undefined, what has a width
 * and a height is HWC, and what has a shape CHW.
 */
export function readPixels(
  caller: string,
  pixels: Pixels,
  from: ImageLayout | undefined,
): ImageInput {
  return imageOf(`${caller}: pixels`, readElements(caller, 'pixels', pixels, from));
}

/** Elements as an image; `name` is what errors call them. */
export function imageOf(name: string, elements: Elements): ImageInput {
  const { shape, memoryFormat, from = 'CHW' } = elements;
  if (shape.length < 3) {
    const expected = from === 'HWC' ? '(..., H, W, C)' : '(..., C, H, W)';
    throw new ShapeError(
      `${name}: Expected tensor to be a tensor image of size ${expected}. ` +
        `Got tensor.size() = ${formatShape(shape)}`,
    );
  }
  const swapped = memoryFormat === 'channelsLast' && !formatsAgree(shape);
  if (swapped && (shape.length !== 4 || from === 'HWC')) {
    throw new ShapeError(
      `${name}: a channels-last tensor should have the shape (N, C, H, W), to be read with ` +
        `from: 'CHW', got ${formatShape(shape)} with from: '${from}'`,
    );
  }
  return {
    ...elements,
    from,
    sizes: sizesOf(shape, from),
    channelsLast: swapped || from === 'HWC',
  };
}
