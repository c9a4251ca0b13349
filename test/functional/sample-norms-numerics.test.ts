import {
  type DType,
  functional as F,
  type MemoryFormat,
  manualSeed,
  randn,
  tensor,
  zeros,
} from 'batchnorm';
import { expectSame } from '../reference/same';
import { normalizeSets, valuesOf } from '../reference/sets';
import { expectWithinUlps } from '../reference/ulps';
import { groupNorm, instanceNorm, layerNorm, rmsNorm, type SampleNorm } from './sample-norms';

const formats: MemoryFormat[] = ['contiguous', 'channelsLast'];
const dtypes: DType[] = ['float32', 'float64'];
const shape = [5, 6, 7, 3];
const centered: SampleNorm[] = [
  layerNorm([3]),
  layerNorm([6, 7, 3]),
  groupNorm(1),
  groupNorm(3),
  instanceNorm(),
];
const norms = [...centered, rmsNorm([7, 3])];
const layouts = formats.flatMap((memoryFormat) => dtypes.map((dtype) => ({ memoryFormat, dtype })));
const casesOf = (all: SampleNorm[]) =>
  all.flatMap((norm) =>
    layouts.map(
      (options) => [norm.name, options.dtype, options.memoryFormat, norm, options] as const,
    ),
  );

/** Bias where everything else is 0: in the output's order. */
function biased(norm: SampleNorm, bias: ArrayLike<number>): number[] {
  const sets = norm.sets(shape);
  return valuesOf(zeros(shape)).map((_, i) => bias[sets.parameterOf(i)] as number);
}

describe.each(casesOf(centered))('%s, %s, %s', (_, __, ___, norm, options) => {
  const { parameterShape } = norm.sets(shape);
  const bias = randn(parameterShape, { dtype: options.dtype });

  test.each([1e8, -12345.678, 1e-30, 3e38])('constant groups of %d give exactly bias', (x) => {
    const input = zeros(shape, options);
    input.data.fill(x);
    expect(valuesOf(norm.forward(input, { bias }))).toEqual(biased(norm, bias.data));
    expect(valuesOf(norm.forward(input, { bias, eps: 0 }))).toEqual(biased(norm, bias.data));
  });

  test('an offset of 1e6 costs no more than 4 ulp of the largest output, or of the mean', () => {
    manualSeed(2);
    const input = randn(shape, options);
    input.data.forEach((value, i) => {
      input.data[i] = value + 1e6;
    });
    const expected = normalizeSets(input, norm.sets(shape), 1e-5);
    const output = norm.forward(input);
    if (options.dtype === 'float32') return expectWithinUlps(output, expected, 4);
    // A mean of float64 is exact to half an ulp of 1e6 itself, 2^-33, which the deviation divides:
    // that of groups of three values may be as small as 0.05.
    const off = valuesOf(output).map((y, i) => Math.abs(y - (expected[i] as number)));
    expect(Math.max(...off)).toBeLessThanOrEqual((4 * 2 ** -33) / 0.05);
  });
});

describe.each(casesOf(norms))('%s, %s, %s', (_, __, ___, norm, options) => {
  test.each([1e30, 1e-18])('values of %d have finite statistics', (size) => {
    manualSeed(1);
    const input = randn(shape, options);
    input.data.forEach((value, i) => {
      input.data[i] = value * size;
    });
    const output = norm.forward(input, { eps: 0 });
    const ulps = options.dtype === 'float32' ? 4 : 16;
    expectWithinUlps(output, normalizeSets(input, norm.sets(shape), 0), ulps);
    const { gradInput, gradWeight } = norm.backward(randn(shape, options), input, { eps: 0 });
    expect([...gradInput.data, ...gradWeight.data].every(Number.isFinite)).toBe(true);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d makes no other group NaN',
    (value) => {
      const input = randn(shape, { dtype: options.dtype });
      input.data[shape.reduce((a, b) => a * b) / 2] = value;
      const sets = norm.sets(shape);
      const hit = sets.of(input.size / 2);
      const output = valuesOf(norm.forward(input.to({ memoryFormat: options.memoryFormat })));
      // Without a mean to take off, infinity divides all but itself to 0.
      const isRight = (y: number, i: number) => {
        if (sets.of(i) !== hit) return Number.isFinite(y);
        const spoilt = sets.centered || Number.isNaN(value) || i === input.size / 2;
        return spoilt ? Number.isNaN(y) : y === 0;
      };
      expect(output.filter((y, i) => !isRight(y, i))).toEqual([]);
    },
  );
});

test.each(dtypes)('rows of zeros stay zeros in rmsNorm of %s, with eps 0 too', (dtype) => {
  const x = zeros([2, 5], { dtype });
  for (const eps of [null, 0]) expectSame(F.rmsNorm(x, 5, { eps }).data, x.data);
  const { gradInput } = F.rmsNormBackward(randn([2, 5], { dtype }), x, 5, { eps: 0 });
  expect(gradInput.data.every((value) => value === 0)).toBe(true);
});

test('the sum over 1e7 elements of a row keeps its digits', () => {
  const data = new Float32Array(1e7);
  // 0.1 and 0.3 in turn: float32 accumulation would stop growing at 2^24 times the value.
  data.fill(0.1);
  for (let i = 1; i < data.length; i += 2) data[i] = 0.3;
  const [low, high] = [Math.fround(0.1), Math.fround(0.3)];
  const y = F.layerNorm({ data, shape: [1, 1e7] }, 1e7, { eps: 0, out: null });
  expect([y.data[0], y.data[1]]).toEqual([-1, 1]);
  const root = Math.sqrt((low ** 2 + high ** 2) / 2);
  const z = F.rmsNorm({ data, shape: [1, 1e7] }, 1e7, { eps: 0 });
  expectWithinUlps(
    tensor([z.data[0] as number, z.data[1] as number]),
    [low / root, high / root],
    1,
  );
});
