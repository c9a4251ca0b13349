import { DTypeError, ShapeError } from '../errors';
import { type DType, dtypeOf, type FloatArray, isFloatArray } from '../tensor/dtype';
import { formatsAgree } from '../tensor/memory-format';
import { formatShape, sameShape, sizeOf } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { allocateUninitialized } from '../tensor/uninitialized';

/** Where normalized pixels go: a tensor of their shape, or an array of as many elements. */
export type ImageTarget = TensorLike | FloatArray;

/**
 * `out` as a tensor of `dtype` whose elements lie as those of `shape` do; a new one where it is
 * absent.
 */
export function imageOutput(
  caller: string,
  out: ImageTarget | null | undefined,
  shape: readonly number[],
  dtype: DType,
): Tensor {
  if (out === null || out === undefined) {
    return new Tensor(allocateUninitialized(dtype, sizeOf(shape)), shape);
  }
  if (isFloatArray(out)) {
    checkDType(caller, dtypeOf(out), dtype);
    if (out.length === sizeOf(shape)) return new Tensor(out, shape);
    throw new ShapeError(
      `${caller}: out should have the ${sizeOf(shape)} elements of ${formatShape(shape)}, ` +
        `got ${out.length}`,
    );
  }
  const tensor = asTensor(out, 'out', caller);
  checkDType(caller, tensor.dtype, dtype);
  if (!liesAs(tensor, shape)) {
    throw new ShapeError(
      `${caller}: out should have the shape ${formatShape(shape)}, got ` +
        `${formatShape(tensor.shape)} in memory format ${tensor.memoryFormat}`,
    );
  }
  return tensor;
}

function checkDType(caller: string, dtype: DType, wanted: DType): void {
  if (dtype === wanted) return;
  throw new DTypeError(`${caller}: out should have dtype ${wanted}, got ${dtype}`);
}

/** Whether a tensor has these sizes in the order of its memory; leading ones do not count. */
function liesAs(tensor: Tensor, shape: readonly number[]): boolean {
  const wanted = withoutLeadingOnes(shape);
  const { memoryFormat } = tensor;
  const [n, c, ...spatial] = tensor.shape;
  const isChannelsLast = memoryFormat === 'channelsLast';
  const logical = !isChannelsLast || formatsAgree(tensor.shape);
  const inMemory = isChannelsLast ? [n, ...spatial, c] : tensor.shape;
  return [...(logical ? [tensor.shape] : []), inMemory as number[]].some((sizes) =>
    sameShape(withoutLeadingOnes(sizes), wanted),
  );
}

function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}
