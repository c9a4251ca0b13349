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

/** The transpose of a matrix of `rows` rows. */
export function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] as number;
    }
  }
  return result;
}
