import { BatchNorm2d, functional as F, Tensor, updateBatchNormStats } from 'batchnorm';
import fc from 'fast-check';

const channels = 3;
const pixels = 4;
const row = channels * pixels;

/** Batches of (N, 3, 2, 2), each with two values per channel or more, or none. */
const batches = fc.array(
  fc.nat(5).chain((n) =>
    fc.record({
      values: fc.array(fc.float({ min: -8, max: 8, noNaN: true }), {
        minLength: n * row,
        maxLength: n * row,
      }),
      offset: fc.constantFrom(0, 1e3, -1e5),
    }),
  ),
  { minLength: 1, maxLength: 6 },
);

function batchOf({ values, offset }: { values: number[]; offset: number }): Tensor {
  const data = Float64Array.from(values, (value) => value + offset);
  return new Tensor(data, [values.length / row, channels, 2, 2]);
}

test('statistics of any batches are the moments of all their values', () =>
  fc.assert(
    fc.asyncProperty(batches, async (drawn) => {
      const tensors = drawn.map(batchOf);
      const all = tensors.flatMap(({ data }) => [...data]);
      fc.pre(all.length > 0);
      const bn = new BatchNorm2d(channels, { dtype: 'float64' });
      await updateBatchNormStats(bn, tensors);
      const whole = new Tensor(Float64Array.from(all), [all.length / row, channels, 2, 2]);
      const { mean, variance } = F.moments(whole);
      // Means are off by units of the largest value, and variances by that much times a spread of 16
      // at most, where offsets agree, or by units of themselves.
      const largest = Math.max(...all.map(Math.abs), 1);
      for (let c = 0; c < channels; c++) {
        const [a, b] = [bn.runningMean, bn.runningVar].map((buffer) => buffer?.data[c] as number);
        expect(Math.abs((a as number) - (mean[c] as number))).toBeLessThan(1e-15 * 8 * largest);
        expect(Math.abs((b as number) - (variance[c] as number))).toBeLessThan(
          1e-15 * 32 * (1 + (variance[c] as number) + largest),
        );
      }
      expect(bn.numBatchesTracked).toBe(tensors.length);
    }),
  ));
