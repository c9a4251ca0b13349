import { manualSeed, randn } from 'batchnorm';

/**
 * Which elements of the layer's input share a mean, found out from the layer itself: a change of
 * one element changes the outputs of those that share its statistics, and no other.
 *
 * @param {{ forward(input: import('batchnorm').Tensor): import('batchnorm').Tensor }} layer
 * @param {number[]} shape of its input
 * @returns {number[]} for each element, in the order of memory, the number of its set
 */
export function sharedMeans(layer, shape) {
  // The same input each time: none in which a change is lost in rounding.
  manualSeed(0);
  const input = randn(shape);
  const before = layer.forward(input).data;
  const sets = new Array(input.size).fill(-1);
  let count = 0;
  for (let element = 0; element < input.size; element++) {
    if (sets[element] !== -1) continue;
    const changed = input.clone();
    changed.data[element] += 1;
    const after = layer.forward(changed).data;
    for (let other = 0; other < input.size; other++) {
      if (after[other] !== before[other]) sets[other] = count;
    }
    count++;
  }
  return sets;
}
