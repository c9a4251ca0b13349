export { ArgumentError, BatchNormError, DTypeError, ShapeError, StateDictError } from './errors';
export type {
  ActivationName,
  BatchNormBackwardOptions,
  BatchNormFunctionOptions,
  BatchNormGradients,
  Moments,
} from './functional';
export * as functional from './functional';
export { type Info, info } from './info';
export { LoadError } from './load-error';
export {
  type BackwardOptions,
  BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
  type ForwardOptions,
  type LoadStateDictOptions,
  type LoadStateDictResult,
  Module,
  type ResidualGradients,
  type StateDict,
  type StateDictLike,
  type StateValue,
} from './modules';
export {
  type DimsData,
  type DType,
  empty,
  type FloatArray,
  full,
  type MemoryFormat,
  manualSeed,
  type NestedArray,
  ones,
  Parameter,
  rand,
  randn,
  type ShapedData,
  type StridedData,
  Tensor,
  type TensorLike,
  type TensorOptions,
  type TypedArray,
  tensor,
  zeros,
} from './tensor';
export { getNumThreads, setNumThreads } from './threads';
