import { type DType, type MemoryFormat, type Tensor, tensor } from 'batchnorm';
import fc from 'fast-check';
import { conditionOf, type Sets } from '../reference/sets';

export interface Batch {
  x: Tensor;
  n: number;
  c: number;
  s: number;
}

/** Quarters: sums and products of few of them are exact in both element types. */
const value = fc.integer({ min: -1000, max: 1000 }).map((i) => i / 4);

/** (N, C, S) of either memory format, `least` samples at least. */
export function batchOf(dtype: DType, least = 2): fc.Arbitrary<Batch> {
  const sizes = fc.record({
    n: fc.integer({ min: least, max: 9 }),
    c: fc.integer({ min: 1, max: 20 }),
    s: fc.integer({ min: 1, max: 40 }),
  });
  return sizes.chain(({ n, c, s }) =>
    fc
      .tuple(
        fc.array(value, { minLength: n * c * s, maxLength: n * c * s }),
        fc.constantFrom<MemoryFormat>('contiguous', 'channelsLast'),
      )
      .map(([values, memoryFormat]) => ({
        x: tensor(values, [n, c, s], { dtype }).to({ memoryFormat }),
        n,
        c,
        s,
      })),
  );
}

/**
 * How far apart two inputs' outputs may be since each mean is rounded to float64 at its own size: by
 * half a unit at most, for the sums before are exact.
 */
export function roundedMeans(
  inputs: readonly Tensor[],
  setsOf: (shape: readonly number[]) => Sets,
): number {
  const errors = inputs.map((input) => 2 ** -53 * conditionOf(input, setsOf(input.shape)));
  return errors.reduce((sum, error) => sum + error, 0);
}

export function map(x: Tensor, f: (value: number) => number): Tensor {
  const result = x.clone();
  result.data.forEach((element, i) => {
    result.data[i] = f(element);
  });
  return result;
}

/** The largest difference of two tensors of one memory format. */
export function distance(a: Tensor, b: Tensor): number {
  let most = 0;
  a.data.forEach((element, i) => {
    most = Math.max(most, Math.abs(element - (b.data[i] as number)));
  });
  return most;
}
