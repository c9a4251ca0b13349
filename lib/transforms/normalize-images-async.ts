import { deliver } from '../async/borrow';
import { copyInSlices } from '../async/copies';
import { run } from '../async/run';
import { refuseAborted } from '../async/signal';
import { listed } from '../functional/internal';
import { isByteArray, isIntegerPixels, type PixelData } from '../images/pixel-data';
import { type DType, dtypeOf, type FloatArray } from '../tensor/dtype';
import { isShared } from '../tensor/shared';
import type { Tensor } from '../tensor/tensor';
import { allocateUninitialized } from '../tensor/uninitialized';
import { checkNormalize, giveImages, type NormalizeCall } from './normalize-images';

/** {@link normalizeImages} off the event loop, with the same bits. */
export async function normalizeImagesAsync(
  call: NormalizeCall,
  signal: AbortSignal | null,
): Promise<Tensor> {
  const checked = checkNormalize(call);
  const { image, output } = checked;
  if (output.size === 0) return output;
  const { caller } = call;
  const { dtype, size } = output;
  const isOwn = call.out === null || call.out === undefined;
  const { data } = output;
  const y: FloatArray = isOwn || isShared(data) ? data : allocateUninitialized(dtype, size);
  const x = await borrowPixels(caller, image.data, dtype, signal);
  await run(caller, 'normalizeImages', giveImages(listed, call, checked, x, y), signal);
  return deliver(caller, y, output, signal);
}

/** The pixels where they are, in shared memory and of a type to take, else a copy in slices. */
async function borrowPixels(
  caller: string,
  data: PixelData,
  dtype: DType,
  signal: AbortSignal | null,
): Promise<PixelData> {
  refuseAborted(signal);
  if (isShared(data) && (isIntegerPixels(data) || dtypeOf(data) === dtype)) return data;
  const size = data.length;
  const copy = uninitializedPixels(data, dtype, size);
  await copyInSlices(
    caller,
    { name: 'pixels', data, size },
    { name: 'a copy', data: copy, size },
    signal,
  );
  return copy;
}

/** Integers of the type of `data`, or floats; they are written before anyone sees them. */
function uninitializedPixels(
  data: PixelData,
  dtype: DType,
  size: number,
): Uint8Array | Uint16Array | FloatArray {
  if (!isIntegerPixels(data)) return allocateUninitialized(dtype, size);
  const bytes = size * data.BYTES_PER_ELEMENT;
  const { buffer } = allocateUninitialized('float32', Math.ceil(bytes / 4));
  return isByteArray(data) ? new Uint8Array(buffer, 0, size) : new Uint16Array(buffer, 0, size);
}
