import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ActivationName,
  type DType,
  type FloatArray,
  type MemoryFormat,
  Tensor,
} from 'batchnorm';

/** Elements in memory order, little-endian, in base64. */
export type Encoded = string;

/** One result: PyTorch's, and for float32 also the float64 result, rounded once. */
export interface Result {
  torch: Encoded;
  /** The magnitude per channel that PyTorch's rounding error goes with. */
  torchScale: number[];
  exact?: Encoded;
  /** The magnitude per channel that rounding errors cannot avoid; `torchScale` when absent. */
  exactScale?: number[];
}

export interface ModuleStep {
  mode: 'train' | 'eval';
  /** Adds to the gradients of the step before. */
  accumulate?: boolean;
  set?: { momentum?: number | null; trackRunningStats?: boolean };
  shape: number[];
  input: Encoded;
  gradOutput: Encoded;
  results: Record<string, Result>;
  numBatchesTracked?: number;
}

export interface ModuleCase {
  name: string;
  module: ModuleName;
  numFeatures: number;
  options: {
    eps?: number;
    momentum?: number | null;
    affine?: boolean;
    bias?: boolean;
    trackRunningStats?: boolean;
  };
  dtype: DType;
  memoryFormat: MemoryFormat;
  repr: string;
  state: Record<string, Encoded | number>;
  steps: ModuleStep[];
}

export interface FunctionalCase {
  name: string;
  dtype: DType;
  memoryFormat: MemoryFormat;
  shape: number[];
  training: boolean;
  momentum: number;
  eps: number;
  activation?: ActivationName;
  negativeSlope?: number;
  tensors: Record<string, Encoded>;
  results: Record<string, Result>;
}

/** Of LayerNorm, RMSNorm, GroupNorm and InstanceNorm; `arguments` are the module's. */
export interface SampleModuleCase extends Omit<ModuleCase, 'module' | 'numFeatures' | 'options'> {
  module: string;
  arguments: (number | number[])[];
  options: object;
}

/** Of one of their functions. */
export interface SampleFunctionCase
  extends Omit<FunctionalCase, 'training' | 'momentum' | 'eps' | 'activation' | 'negativeSlope'> {
  function: 'layerNorm' | 'rmsNorm' | 'groupNorm' | 'instanceNorm';
  normalizedShape?: number[];
  numGroups?: number;
  useInputStats?: boolean;
  momentum?: number;
  eps?: number;
}

export interface RefusedCase {
  module: string;
  arguments: (number | number[] | object)[];
  /** Of the input; null where the module itself is refused. */
  shape: number[] | null;
  message: string;
}

/** A call of a function: the shapes of its tensors, and the dtypes of those that are not float32. */
export interface RefusedCall {
  function: 'batchNorm' | 'layerNorm' | 'rmsNorm' | 'groupNorm' | 'instanceNorm';
  shape: number[];
  tensors: Record<string, number[]>;
  dtypes: Record<string, DType>;
  options: { normalizedShape?: number[]; numGroups?: number };
  message: string;
}

export type ModuleName = 'BatchNorm1d' | 'BatchNorm2d' | 'BatchNorm3d';

export interface Fixture<Case> {
  torch: string;
  seed: number;
  cases: Case[];
}

// `npm run parity` replays fixtures that it has just written elsewhere
export const fixtures = process.env.PARITY_FIXTURES ?? join(__dirname, 'fixtures');

export function readFixture<Case>(name: string): Fixture<Case> {
  return JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8')) as Fixture<Case>;
}

export function decode(encoded: Encoded, dtype: DType): FloatArray {
  const bytes = new Uint8Array(Buffer.from(encoded, 'base64'));
  return dtype === 'float64' ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

export function decodeTensor(
  encoded: Encoded,
  shape: readonly number[],
  dtype: DType,
  memoryFormat: MemoryFormat = 'contiguous',
): Tensor {
  return new Tensor(decode(encoded, dtype), shape, memoryFormat);
}

/** Values per channel. */
export function decodeVector(encoded: Encoded, dtype: DType): Tensor {
  const data = decode(encoded, dtype);
  return new Tensor(data, [data.length]);
}
