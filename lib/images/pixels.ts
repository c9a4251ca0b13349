import { types } from 'node:util';
import { ArgumentError, ShapeError } from '../errors';
import { checkMemoryFormat, formatsAgree, type MemoryFormat } from '../tensor/memory-format';
import { nameOf } from '../tensor/name-of';
import { checkShape, formatShape, sizeOf } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type ImageLayout, type ImageSizes, sizesOf } from './image-layout';
import { checkPixelData, type PixelData } from './pixel-data';

/** What sharp decodes to: `await image.raw().toBuffer({ resolveWithObject: true })`. */
export interface DecodedImage {
  readonly data: PixelData;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
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
export interface ImageInput {
  readonly data: PixelData;
  /** As it was given, for errors. */
  readonly shape: readonly number[];
  /** The order of `shape`. */
  readonly from: ImageLayout;
  readonly sizes: ImageSizes;
  /** Whether the channels of a pixel lie side by side in memory. */
  readonly channelsLast: boolean;
}

/**
 * `pixels` as an image. Each property is read once, so an object that answers differently each time
 * cannot slip past the checks. `from` says how to read the shape; where it is undefined, what has a
 * width and a height is HWC, and what has a shape CHW.
 */
export function readPixels(
  caller: string,
  pixels: Pixels,
  from: ImageLayout | undefined,
): ImageInput {
  const name = `${caller}: pixels`;
  if (pixels instanceof Tensor) return fromTensor(name, asTensor(pixels, 'pixels', caller), from);
  if (typeof pixels !== 'object' || pixels === null || isArray(pixels))
    throw noPixels(name, pixels);
  const object: Partial<Properties> = pixels;
  const { data, shape = object.dims, stride } = object;
  if (data === undefined) throw noPixels(name, pixels);
  if (stride !== undefined) {
    const strided = { data, shape, stride, offset: object.offset } as TensorLike;
    return fromTensor(name, asTensor(strided, 'pixels', caller), from);
  }
  const elements = checkPixelData(name, data);
  if (shape !== undefined) {
    const { memoryFormat = 'contiguous' } = object;
    const sizes = checkShape(shape, name);
    return imageOf(name, elements, sizes, checkMemoryFormat(memoryFormat, sizes, name), from);
  }
  const { width, height, channels }: Partial<Properties> = object.info ?? object;
  if (width === undefined || height === undefined) throw noPixels(name, pixels);
  const area = checkShape([height, width], name);
  const c = channels === undefined ? channelsOf(name, elements, area) : (channels as number);
  const order = from ?? 'HWC';
  const sizes = checkShape(order === 'HWC' ? [...area, c] : [c, ...area], name);
  return imageOf(name, elements, sizes, 'contiguous', order);
}

type Properties = Record<
  | 'data'
  | 'shape'
  | 'dims'
  | 'memoryFormat'
  | 'stride'
  | 'offset'
  | 'width'
  | 'height'
  | 'channels',
  unknown
> & { info: object };

function isArray(value: unknown): boolean {
  return Array.isArray(value) || types.isTypedArray(value);
}

function noPixels(name: string, value: unknown): ArgumentError {
  const hint = isArray(value) ? ': an array alone does not say how large the image is' : '';
  return new ArgumentError(
    `${name} must be a Tensor, { data, shape }, { data, width, height } or what sharp gives, ` +
      `{ data, info }, got ${nameOf(value)}${hint}`,
  );
}

function channelsOf(name: string, data: PixelData, area: readonly number[]): number {
  const channels = data.length / sizeOf(area);
  if (Number.isSafeInteger(channels)) return channels;
  throw new ShapeError(
    `${name}: data has ${data.length} elements, which are no whole number of channels of ` +
      `${area[1]} x ${area[0]} pixels`,
  );
}

function fromTensor(name: string, tensor: Tensor, from: ImageLayout | undefined): ImageInput {
  return imageOf(name, tensor.data, tensor.shape, tensor.memoryFormat, from);
}

function imageOf(
  name: string,
  data: PixelData,
  shape: readonly number[],
  memoryFormat: MemoryFormat,
  from: ImageLayout = 'CHW',
): ImageInput {
  if (shape.length < 3) {
    const expected = from === 'HWC' ? '(..., H, W, C)' : '(..., C, H, W)';
    throw new ShapeError(
      `${name}: Expected tensor to be a tensor image of size ${expected}. ` +
        `Got tensor.size() = ${formatShape(shape)}`,
    );
  }
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${name}: data has ${data.length} elements, but ${formatShape(shape)} (${from}) needs ` +
        `${sizeOf(shape)}`,
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
    data,
    shape,
    from,
    sizes: sizesOf(shape, from),
    channelsLast: swapped || from === 'HWC',
  };
}
