import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { checkStatus, coincides, overlaps, type Taker } from '../functional/internal';
import { hintAtChannels, keptChannels } from '../images/channel-hint';
import { type ImageLayout, shapeOf } from '../images/image-layout';
import {
  greatestOf,
  isByteArray,
  isIntegerPixels,
  type PixelData,
  pixelTypeOf,
} from '../images/pixel-data';
import { type ImageInput, type Pixels, readPixels } from '../images/pixels';
import { type Native, native } from '../native';
import { type DType, dtypeOf, type FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import { formatShape, sizeOf } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import type { ChannelScaling } from './channel-scaling';
import { checkFit } from './check-fit';
import { type ImageTarget, imageOutput } from './image-output';

/** A normalization of images, its options checked. */
export interface NormalizeCall {
  readonly caller: string;
  readonly pixels: Pixels;
  readonly from: ImageLayout | undefined;
  readonly to: ImageLayout;
  readonly dropAlpha: boolean;
  readonly out: ImageTarget | null | undefined;
  readonly dtype: DType | undefined;
  /** What integers are multiplied with, by their type; null where none are taken. */
  readonly scales: { readonly bytes: number | null; readonly words: number | null };
  readonly scaling: ChannelScaling;
}

/** Throws before it writes anything. */
export function normalizeImages(call: NormalizeCall): Tensor {
  const checked = checkNormalize(call);
  const { image, output } = checked;
  if (output.size === 0) return output;
  const data = inDType(image.data, output.dtype);
  checkStatus(call.caller, giveImages(native.normalizeImages, call, checked, data, output.data));
  return output;
}

/** A call that is checked: from which pixels to which output. */
export interface CheckedNormalize {
  readonly image: ImageInput;
  readonly channels: number;
  /** What the pixels are multiplied with. */
  readonly scale: number;
  /** `out`, or a new one. */
  readonly output: Tensor;
}

/** Throws what {@link normalizeImages} has against a call. */
export function checkNormalize(call: NormalizeCall): CheckedNormalize {
  const { caller, to } = call;
  const image = readPixels(caller, call.pixels, call.from);
  const channels = checkChannels(call, image);
  const { sizes } = image;
  const scale = scaleFor(call, image.data);
  const dtype = call.dtype ?? (isIntegerPixels(image.data) ? 'float32' : dtypeOf(image.data));
  const shape = shapeOf({ ...sizes, channels }, to);
  // The last to be read: what reads it may take the memory of the pixels away.
  const output = imageOutput(caller, call.out, shape, dtype);
  requireMemory(caller, 'pixels', image.data, sizeOf(image.shape));
  requireMemory(caller, 'out', output.data, output.size);
  const stays = image.channelsLast === (to === 'HWC') || channels === 1 || area(sizes) === 1;
  checkOverlap(caller, output.data, image.data, stays);
  return { image, channels, scale, output };
}

/** 1 of floats. */
function scaleFor({ caller, scales, scaling }: NormalizeCall, data: PixelData): number {
  const greatest = greatestOf(data);
  if (greatest === null) return 1;
  const scale = isByteArray(data) ? scales.bytes : scales.words;
  if (scale === null) {
    throw new DTypeError(
      `${caller}: Input tensor should be a float tensor. Got ${pixelTypeOf(data)}. Normalize takes ` +
        `integers with a scale, such as scale: 1 / ${greatest}`,
    );
  }
  checkFit(caller, scaling, greatest, scale);
  return scale;
}

/** Gives `take` what the addon takes, in its order. */
export function giveImages<Result>(
  take: Taker<Native['normalizeImages'], Result>,
  { scaling, to }: NormalizeCall,
  { image, channels, scale }: CheckedNormalize,
  x: PixelData,
  y: FloatArray,
): Result {
  const { sizes, channelsLast } = image;
  return take(
    x,
    y,
    sizeOf(sizes.leading),
    channels,
    area(sizes),
    sizes.channels,
    channelsLast,
    to === 'HWC',
    scaling.mean.length,
    scaling.mean,
    scaling.std,
    scale,
  );
}

function area({ height, width }: { height: number; width: number }): number {
  return height * width;
}

/** How many channels are to be written, which are those that mean and std are for. */
function checkChannels(call: NormalizeCall, image: ImageInput): number {
  const { caller, dropAlpha } = call;
  const { shape, from, sizes } = image;
  const wanted = call.scaling.mean.length;
  const channels = keptChannels(sizes.channels, dropAlpha);
  if (wanted === 1 || channels === wanted) return channels;
  const hint = hintAtChannels(image, wanted, { from, dropAlpha });
  const dropped = channels === sizes.channels ? '' : ' without alpha';
  throw new ShapeError(
    `${caller}: expected ${wanted} channels, as mean and std have, got ${channels}${dropped} in ` +
      `${formatShape(shape)} (${from})${hint}`,
  );
}

function inDType(data: PixelData, dtype: DType): PixelData {
  if (isIntegerPixels(data) || dtypeOf(data) === dtype) return data;
  return new Tensor(data, [data.length]).to({ dtype }).data;
}

/** Only where the layout stays can each element take its own place. */
function checkOverlap(caller: string, out: FloatArray, data: PixelData, stays: boolean): void {
  if (!overlaps(out, data)) return;
  if (stays && coincides(out, data) && out.length === data.length) return;
  throw new ArgumentError(
    `${caller}: out shares memory with the pixels: use other memory, or the very same elements in ` +
      'the same layout',
  );
}
