import { type DType, functional as F, type MemoryFormat, type Tensor, tensor } from 'batchnorm';
import { native, Status } from '../../lib/native';
import { inLogicalOrder } from '../reference/channels';
import { expectWithinUlps } from '../reference/ulps';
import { affineOf, pattern, scaleOf, signs } from './exact';
import { misaligned } from './misaligned';

/** (N, C, S): sizes below, at and above the lanes of every target, even and odd. */
const runs = [
  ...[2, 4, 6, 8, 14, 16, 18, 30, 32, 34, 64, 130, 1026].map((s) => [2, 3, s]),
  ...[5, 7, 9, 15, 17, 31, 33, 127, 1025].map((s) => [3, 2, s]),
  [1, 1, 2],
  [1, 17, 4],
  [40, 5, 2],
  [2, 2, 9_000],
];
/** The same for columns: the number of channels goes over the lanes too. */
const columns = [
  ...[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 67].map((c) => [1, c, 12]),
  ...[2, 4, 5, 9, 16].map((n) => [n, 3, 1]),
  [2, 130, 4],
];
/** More rows are merged from parts, whose means are not all equal: float64 rounds there. */
const mergedColumns = [
  ...[31, 32, 130, 1025].map((n) => [n, 3, 1]),
  [6, 16, 34],
  [8, 16, 32],
  [3, 130, 31],
  [1, 2, 9_000],
];

type Case = [
  shape: number[],
  memoryFormat: MemoryFormat,
  dtype: DType,
  ulps: number,
  momentUlps: number,
];

function casesOf(sizes: number[][], memoryFormat: MemoryFormat, exact: boolean): Case[] {
  return sizes.flatMap((shape): Case[] =>
    exact
      ? [
          [shape, memoryFormat, 'float32', 0, 0],
          [shape, memoryFormat, 'float64', 0, 0],
        ]
      : [
          [shape, memoryFormat, 'float32', 1, 8],
          [shape, memoryFormat, 'float64', 8, 8],
        ],
  );
}

const cases: Case[] = [
  ...casesOf(runs, 'contiguous', true),
  ...casesOf(columns, 'channelsLast', true),
  ...casesOf(mergedColumns, 'channelsLast', false),
];

/** Fills a tensor with what `value` says of a channel's place in `values`. */
function fill(
  target: Tensor,
  values: number[],
  value: (q: number, channel: number) => number,
): void {
  const { length } = values;
  const channels = Array.from({ length: target.shape[1] as number }, (_, c) =>
    Array.from({ length: target.size / (target.shape[1] as number) }, (_, i) =>
      value(values[i % length] as number, c),
    ),
  );
  const logical = inLogicalOrder(channels, target);
  const { dtype, memoryFormat } = target;
  target.data.set(tensor(logical, target.shape, { dtype, memoryFormat }).data);
}

function perChannel(channels: number, dtype: DType, value: (channel: number) => number): Tensor {
  return tensor(
    Array.from({ length: channels }, (_, c) => value(c)),
    undefined,
    { dtype },
  );
}

/** The tensor in the given layout at an odd address, filled from a pattern. */
function inputOf(shape: number[], memoryFormat: MemoryFormat, dtype: DType) {
  const [n = 1, , s = 1] = shape;
  // Each run of a channel is balanced by itself; columns are balanced as a whole.
  const q = pattern(memoryFormat === 'contiguous' ? s : n * s);
  const { tensor: x } = misaligned(shape, dtype, memoryFormat);
  fill(x, q, (value, c) => scaleOf(c).mean + scaleOf(c).unit * value);
  return { x, q };
}

const targets = native.simdTargets();

afterAll(() => native.setSimdTarget(null));

test('there are targets to test', () => {
  expect(targets.length).toBeGreaterThan(0);
  expect(targets).toContain(native.simdTarget());
});

describe.each(targets)('on %s', (target) => {
  beforeAll(() => {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
  });

  test('it is the target in use', () => {
    expect(native.simdTarget()).toBe(target);
  });

  test.each(cases)('moments of %j, %s, %s', (shape, memoryFormat, dtype, _, ulps) => {
    const { x } = inputOf(shape, memoryFormat, dtype);
    const { count, mean, variance } = F.moments(x);
    const [n = 1, c = 1, s = 1] = shape;
    expect(count).toBe(n * s);
    const channels = Array.from({ length: c }, (_, i) => scaleOf(i));
    expectWithinUlps(
      mean,
      channels.map((scale) => scale.mean),
      ulps,
    );
    expectWithinUlps(
      variance,
      channels.map((scale) => 4 * scale.unit ** 2),
      ulps,
    );
  });

  test.each(cases)('forward of %j, %s, %s, within %d ulps', (shape, memoryFormat, dtype, ulps) => {
    const channels = shape[1] as number;
    const { x, q } = inputOf(shape, memoryFormat, dtype);
    const { tensor: expected } = misaligned(shape, dtype, memoryFormat);
    fill(expected, q, (value, c) => (value / 2) * affineOf(c).weight + affineOf(c).bias);
    const weight = perChannel(channels, dtype, (c) => affineOf(c).weight);
    const bias = perChannel(channels, dtype, (c) => affineOf(c).bias);
    const runningMean = perChannel(channels, dtype, () => 0);
    const runningVar = perChannel(channels, dtype, () => 1);
    const trained = misaligned(shape, dtype, memoryFormat);
    const options = { weight, bias, eps: 0, momentum: 1, unbiasedRunningVar: false };
    F.batchNorm(x, runningMean, runningVar, { ...options, training: true, out: trained.tensor });
    expectWithinUlps(trained.tensor.data, expected.data, ulps);
    expect(trained.paddingIsIntact()).toBe(true);
    const exact = Array.from({ length: channels }, (_, c) => scaleOf(c));
    expectWithinUlps(
      runningMean,
      exact.map(({ mean }) => mean),
      ulps,
    );
    expectWithinUlps(
      runningVar,
      exact.map(({ unit }) => 4 * unit ** 2),
      ulps,
    );

    const evaluated = misaligned(shape, dtype, memoryFormat);
    F.batchNorm(x, runningMean, runningVar, { ...options, out: evaluated.tensor });
    expectWithinUlps(evaluated.tensor.data, expected.data, ulps);
    expect(evaluated.paddingIsIntact()).toBe(true);
  });

  // The gradient is a multiple of the input, which training takes away, plus signs, which stay.
  const divisible = cases.filter(([[n = 1, , s = 1], memoryFormat]) =>
    memoryFormat === 'contiguous' ? s % 4 === 0 : (n * s) % 4 === 0,
  );
  test.each(divisible)('backward of %j, %s, %s', (shape, memoryFormat, dtype) => {
    const [n = 1, c = 1, s = 1] = shape;
    const run = memoryFormat === 'contiguous' ? s : n * s;
    const { x, q } = inputOf(shape, memoryFormat, dtype);
    const sign = signs(run);
    const places = [...q.keys()];
    const at = (i: number) => ({ value: q[i] as number, sign: sign[i] as number });
    const { tensor: dy } = misaligned(shape, dtype, memoryFormat);
    fill(dy, places, (i) => 0.5 + at(i).value / 4 + at(i).sign);
    const invstd = (channel: number) => 1 / (2 * scaleOf(channel).unit);
    const statistics = {
      weight: perChannel(c, dtype, (i) => affineOf(i).weight),
      mean: Float64Array.from({ length: c }, (_, i) => scaleOf(i).mean),
      invstd: Float64Array.from({ length: c }, (_, i) => invstd(i)),
    };
    // dot = sum(dy * (x - mean)) = unit * sum(q * q) / 4, the squares being 4 per value.
    const gradWeight = perChannel(c, dtype, (i) => n * s * scaleOf(i).unit * invstd(i));
    const gradBias = perChannel(c, dtype, () => (n * s) / 2);
    for (const training of [true, false]) {
      const { tensor: expected } = misaligned(shape, dtype, memoryFormat);
      fill(expected, places, (i, channel) => {
        const kept = training ? at(i).sign : 0.5 + at(i).value / 4 + at(i).sign;
        return kept * invstd(channel) * affineOf(channel).weight;
      });
      const out = misaligned(shape, dtype, memoryFormat);
      const options = { ...statistics, training, out: out.tensor };
      const gradients = F.batchNormBackward(dy, x, options);
      expectWithinUlps(out.tensor.data, expected.data, 0);
      expect(out.paddingIsIntact()).toBe(true);
      expectWithinUlps(gradients.gradWeight, gradWeight.data, 0);
      expectWithinUlps(gradients.gradBias, gradBias.data, 0);
    }
  });
});
