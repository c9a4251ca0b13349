import { ArgumentError, type DType, manualSeed, rand, randn } from 'batchnorm';
import { readFixtures } from './fixtures';

interface Call {
  draw: 'rand' | 'randn';
  dtype: DType;
  shape: number[];
  first: number[];
  last: number[];
}

const { torch, runs } = readFixtures<{ runs: { seed: number; calls: Call[] }[] }>('random.json');
const draws = { rand, randn };
// rand is exact; randn's logarithm and sine are rounded in float32 by PyTorch's vector code.
const tolerance = { rand: { float32: 0, float64: 0 }, randn: { float32: 1e-6, float64: 1e-14 } };

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
}

describe(`the generator of PyTorch ${torch}`, () => {
  test.each(runs.map((run, i) => [i, run.seed, run.calls] as const))(
    'run %i with seed %i',
    (_, seed, calls) => {
      manualSeed(seed);
      for (const { draw, dtype, shape, first, last } of calls) {
        const t = draws[draw](shape, { dtype });
        expect(t.dtype).toBe(dtype);
        const values = Array.from(t.data);
        const allowed = tolerance[draw][dtype];
        expect(largestDifference(values.slice(0, 16), first)).toBeLessThanOrEqual(allowed);
        expect(largestDifference(values.slice(-16), last)).toBeLessThanOrEqual(allowed);
      }
    },
  );

  test('manualSeed(0); randn([3]) prints what PyTorch prints', () => {
    manualSeed(0);
    expect(String(randn([3]))).toBe('tensor([ 1.5410, -0.2934, -2.1788])');
  });
});

describe('random tensors', () => {
  test('are drawn in logical order whatever the memory format', () => {
    for (const draw of [rand, randn]) {
      manualSeed(3);
      const contiguous = draw([2, 3, 4, 5]);
      manualSeed(3);
      const channelsLast = draw([2, 3, 4, 5], { memoryFormat: 'channelsLast' });
      expect(channelsLast.memoryFormat).toBe('channelsLast');
      expect(channelsLast.toArray()).toEqual(contiguous.toArray());
    }
  });

  test('of rand are in [0, 1) with the mean and variance of a uniform one', () => {
    manualSeed(1);
    for (const dtype of ['float32', 'float64'] as const) {
      const { data } = rand([100_000], { dtype });
      const values = Array.from(data);
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
      expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
    }
  });

  test('differ from process to process without a seed', () => {
    const draw = (): number[] => {
      let values: number[] = [];
      jest.isolateModules(() => {
        const fresh: { rand: typeof rand } = jest.requireActual('../../lib/tensor/creation');
        values = Array.from(fresh.rand([8]).data);
      });
      return values;
    };
    expect(draw()).not.toEqual(draw());
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 53, '0', undefined, 1n])('refuse the seed %p', (seed) => {
    expect(() => manualSeed(seed as number)).toThrow(ArgumentError);
    expect(() => manualSeed(seed as number)).toThrow('non-negative safe integer');
  });
});
