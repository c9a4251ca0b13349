export { batchNorm, type ModuleBatchNormOptions } from './batch-norm';
export type { DataFormatOptions } from './data-format';
export { groupNorm } from './group-norm';
export { instanceNorm } from './instance-norm';
export { layerNorm } from './layer-norm';
export { rmsNorm } from './rms-norm';
