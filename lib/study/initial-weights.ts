import { manualSeed, randn } from '../index';

/**
 * The first weights of all layers, (inputs, outputs) each: normal, of mean 0 and the standard deviation
 * `std`. They are drawn layer by layer from the generator of `manualSeed`.
 */
export function initialWeights(
  sizes: readonly number[],
  std: number,
  seed: number,
): Float32Array[] {
  manualSeed(seed);
  return sizes.slice(1).map((outputs, i) => {
    const { data } = randn([sizes[i] as number, outputs]);
    return Float32Array.from(data, (value) => value * std);
  });
}
