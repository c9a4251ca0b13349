import { empty, randn } from 'batchnorm';

// A prime, so that no two channels hold the same numbers.
const blockLength = 65_521;

/** Normal random numbers: one block of them again and again, since 2^28 take longer than the bench. */
export function noise(shape, options) {
  const tensor = empty(shape, options);
  const { data } = tensor;
  const block = randn([blockLength], { dtype: tensor.dtype }).data;
  for (let start = 0; start < data.length; start += blockLength) {
    data.set(block.subarray(0, data.length - start), start);
  }
  return tensor;
}
