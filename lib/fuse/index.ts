export type { FoldedLayer } from './fold';
export { type FoldableLayer, type FoldBatchNormOptions, foldBatchNorm } from './fold-batch-norm';
export { type FoldStateDictOptions, foldStateDict } from './fold-state-dict';
export type { LayerKind } from './layer-kind';
export type { FoldPair, FoldPairOptions } from './pairs';
