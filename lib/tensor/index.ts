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
export type { DType, DTypeOf, DTypeOfArray, FloatArray } from './dtype';
export type { IntegerArray, IntegerDType, IntegerTensor } from './integer-tensor';
export type { MemoryFormat } from './memory-format';
export type { NestedArray } from './nested';
export type { TensorOptions } from './options';
export { Parameter } from './parameter';
export { manualSeed } from './random';
export { Tensor } from './tensor';
export {
  asTensor,
  type DimsData,
  type ShapedData,
  type StridedData,
  type TensorLike,
} from './tensor-like';
