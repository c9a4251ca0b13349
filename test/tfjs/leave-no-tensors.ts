import { memory } from '@tensorflow/tfjs-core';

/**
 * Has each of the tests around fail that leaves more or fewer tensors than there were before. What it
 * returns takes those that are there for before, in a test whose leak is TensorFlow.js's own.
 */
export function leaveNoTensors(): () => void {
  let before: number;
  const count = () => {
    before = memory().numTensors;
  };

  beforeEach(count);
  afterEach(() => {
    expect(memory().numTensors).toBe(before);
  });
  return count;
}
