import { types } from 'node:util';
import { ArgumentError, ShapeError } from '../errors';
import { checkMemoryFormat, type MemoryFormat } from '../tensor/memory-format';
import { nameOf } from '../tensor/name-of';
import { checkShape, formatShape, sizeOf } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { isTensorFlows } from '../tensor/tensorflow';
import type { ImageLayout } from './image-layout';
import { checkPixelData, inDepth, isByteArray, type PixelData } from './pixel-data';
import type { Pixels } from './pixels';

/** Bytes, two-byte values or floats and their shape, of any rank. */
export interface Elements {
  readonly data: PixelData;
  readonly shape: readonly number[];
  readonly memoryFormat: MemoryFormat;
  /** The order of the sizes of an image, where the caller or the value itself says it. */
  readonly from: ImageLayout | undefined;
  /** Whether a width and a height say how to read it, so that another layout changes no channels. */
  readonly isSized: boolean;
}

/**
 * What stands for pixels, as its elements and their shape. Each property is read once, so an object
 * that answers differently each time cannot slip past the checks. What has a width and a height is
 * HWC where `from` is undefined. `what` is what errors call it.
 */
export function readElements(
  caller: string,
  what: string,
  pixels: Pixels,
  from: ImageLayout | undefined,
): Elements {
  const name = `${caller}: ${what}`;
  if (pixels instanceof Tensor) return fromTensor(asTensor(pixels, what, caller), from);
  if (typeof pixels !== 'object' || pixels === null || isArray(pixels))
    throw noPixels(name, pixels);
  const object: Partial<Properties> = pixels;
  const { data, shape = object.dims, stride } = object;
  if (data === undefined || isTensorFlows(pixels)) throw noPixels(name, pixels);
  if (stride !== undefined) {
    const strided = { data, shape, stride, offset: object.offset } as TensorLike;
    return fromTensor(asTensor(strided, what, caller), from);
  }
  const elements = checkPixelData(name, data);
  if (shape !== undefined) {
    const { memoryFormat = 'contiguous' } = object;
    const sizes = checkShape(shape, name);
    return fitting(name, elements, sizes, checkMemoryFormat(memoryFormat, sizes, name), from);
  }
  const { width, height, channels, depth }: Partial<Properties> = object.info ?? object;
  if (width === undefined || height === undefined) throw noPixels(name, pixels);
  const area = checkShape([height, width], name);
  const decoded = inDepth(name, elements, depth);
  const c = channels === undefined ? channelsOf(name, decoded, area) : (channels as number);
  const order = from ?? 'HWC';
  const sizes = checkShape(order === 'HWC' ? [...area, c] : [c, ...area], name);
  return { ...fitting(name, decoded, sizes, 'contiguous', order), isSized: true };
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
  | 'channels'
  | 'depth',
  unknown
> & { info: object };

function isArray(value: unknown): boolean {
  return Array.isArray(value) || types.isTypedArray(value);
}

function noPixels(name: string, value: unknown): ArgumentError {
  const hint = isArray(value)
    ? ': an array alone does not say how large the image is'
    : isTensorFlows(value)
      ? ': pass its values, { data: x.dataSync(), shape: x.shape }'
      : '';
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

function fromTensor(tensor: Tensor, from: ImageLayout | undefined): Elements {
  const { data, shape, memoryFormat } = tensor;
  return { data, shape, memoryFormat, from, isSized: false };
}

function fitting(
  name: string,
  data: PixelData,
  shape: readonly number[],
  memoryFormat: MemoryFormat,
  from: ImageLayout | undefined,
): Elements {
  const size = sizeOf(shape);
  if (data.length === size) return { data, shape, memoryFormat, from, isSized: false };
  const order = from === undefined ? '' : ` (${from})`;
  const hint =
    size > 0 && isByteArray(data) && data.length === 2 * size
      ? ": two bytes a value go in as a Uint16Array, or with sharp's info.depth 'ushort'"
      : '';
  throw new ShapeError(
    `${name}: data has ${data.length} elements, but ${formatShape(shape)}${order} needs ` +
      `${size}${hint}`,
  );
}
