import { functional as F, type MemoryFormat, type Tensor, type TensorLike } from 'batchnorm';
import { groups, rows, type Sets } from '../reference/sets';

export interface Parameters {
  weight?: TensorLike | null;
  bias?: TensorLike | null;
  eps?: number;
  out?: TensorLike | null;
}

export interface BackwardParameters extends Omit<Parameters, 'bias'> {
  mean?: TensorLike | Float64Array | null;
  invstd?: TensorLike | Float64Array | null;
}

export interface Gradients {
  gradInput: Tensor;
  gradWeight: Tensor;
  /** RMSNorm has none. */
  gradBias?: Tensor;
}

/** One of the functions that normalize each sample by itself, with all but the input settled. */
export interface SampleNorm {
  name: string;
  sets(shape: readonly number[]): Sets;
  /** Leaves out what the function does not take. */
  forward(x: TensorLike, parameters?: Parameters): Tensor;
  backward(dy: TensorLike, x: TensorLike, parameters?: BackwardParameters): Gradients;
  /** That of the output for one of the input. */
  format(input: MemoryFormat): MemoryFormat;
  hasBias: boolean;
}

const asInput = (input: MemoryFormat): MemoryFormat => input;
const contiguous = (): MemoryFormat => 'contiguous';

export function layerNorm(normalizedShape: number[]): SampleNorm {
  return {
    name: `layerNorm over [${normalizedShape}]`,
    sets: (shape) => rows(shape, normalizedShape),
    forward: (x, parameters) => F.layerNorm(x, normalizedShape, parameters),
    backward: (dy, x, parameters) => F.layerNormBackward(dy, x, normalizedShape, parameters),
    format: contiguous,
    hasBias: true,
  };
}

export function rmsNorm(normalizedShape: number[]): SampleNorm {
  return {
    name: `rmsNorm over [${normalizedShape}]`,
    sets: (shape) => rows(shape, normalizedShape, false),
    forward: (x, { bias: _, ...parameters } = {}) => F.rmsNorm(x, normalizedShape, parameters),
    backward: (dy, x, { mean: _, ...parameters } = {}) =>
      F.rmsNormBackward(dy, x, normalizedShape, parameters),
    format: asInput,
    hasBias: false,
  };
}

export function groupNorm(numGroups: number): SampleNorm {
  return {
    name: `groupNorm in ${numGroups} groups`,
    sets: (shape) => groups(shape, numGroups),
    forward: (x, parameters) => F.groupNorm(x, numGroups, parameters),
    backward: (dy, x, parameters) => F.groupNormBackward(dy, x, numGroups, parameters),
    format: asInput,
    hasBias: true,
  };
}

export function instanceNorm(): SampleNorm {
  return {
    name: 'instanceNorm',
    sets: (shape) => groups(shape),
    forward: (x, parameters) => F.instanceNorm(x, parameters),
    backward: (dy, x, parameters) => F.instanceNormBackward(dy, x, parameters),
    format: asInput,
    hasBias: true,
  };
}

/** Each function on shapes of every rank that it takes. */
export const sampleNorms: [norm: SampleNorm, shape: number[]][] = [
  [layerNorm([7]), [7]],
  [layerNorm([5]), [20, 5]],
  [layerNorm([9]), [3, 4, 9]],
  [layerNorm([3, 4]), [2, 5, 3, 4]],
  [layerNorm([5, 3, 4]), [2, 5, 3, 4]],
  [rmsNorm([7]), [7]],
  [rmsNorm([5]), [20, 5]],
  [rmsNorm([3, 4]), [2, 5, 3, 4]],
  [groupNorm(1), [4, 6]],
  [groupNorm(3), [4, 6]],
  [groupNorm(2), [3, 4, 9]],
  [groupNorm(3), [2, 6, 3, 5]],
  [groupNorm(17), [2, 17, 3, 5]],
  [groupNorm(2), [2, 4, 2, 3, 4]],
  [instanceNorm(), [3, 4, 9]],
  [instanceNorm(), [2, 17, 3, 5]],
  [instanceNorm(), [2, 3, 2, 3, 4]],
];
