/** A tensor that can be posted to another thread, and saved. */
export interface PostedTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * A network's tensors and counters by the keys, and in the shapes, that PyTorch's `nn.Sequential` of
 * the same layers has: a Linear's weight is (outputs, inputs).
 */
export type NetworkState = Readonly<Record<string, PostedTensor | number>>;
