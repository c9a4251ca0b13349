export {
  empty,
  full,
  ones,
  rand,
  randn,
  type TypedArray,
  tensor,
  zeros,
} from './creation';
export type { DType, FloatArray } from './dtype';
export type { IntegerArray, IntegerDType, IntegerTensor } from './integer-tensor';
export type { MemoryFormat } from './memory-format';
export type { NestedArray } from './nested';
export type { TensorOptions } from './options';
export { Parameter } from './parameter';
export { manualSeed } from './random';
export { Tensor } from './tensor';
export type {
  DimsData,
  ShapedData,
  StridedData,
  TensorLike,
} from './tensor-like';
