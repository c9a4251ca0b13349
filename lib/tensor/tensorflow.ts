/**
 * Whether a value is a tensor of TensorFlow.js, whose elements are in the memory of its backend: by
 * what it has, since that package is not loaded for it.
 *
 * @internal
 */
export function isTensorFlows(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { dataId, dataSync } = value as { dataId?: unknown; dataSync?: unknown };
  return typeof dataId === 'object' && dataId !== null && typeof dataSync === 'function';
}

/**
 * What errors say to one who gives such a tensor.
 *
 * @internal
 */
export const tensorFlowsHint =
  "; the operations of 'batchnorm/tfjs' take it, batchNorm(x, module) and others, with gradients; or pass its " +
  'values, { data: x.dataSync(), shape }, with the shape in the order (N, C, ...)';
