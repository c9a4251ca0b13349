import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ArgumentError,
  BatchNorm1d,
  DTypeError,
  functional as F,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  LayerNorm,
  LazyInstanceNorm1d,
  manualSeed,
  ones,
  RMSNorm,
  randn,
  ShapeError,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { readFixture } from './fixture';

/** Its words where it refuses; else its warnings and whether a result is NaN, or what was asked for. */
type Outcome = string | number | number[] | { warnings: number; nan: boolean };

const { torch, cases } = readFixture<{ name: string; torch: Outcome }>('differences');
const page = readFileSync(join(__dirname, '../../docs/differences.md'), 'utf8');

manualSeed(3);
const x = randn([4, 3]);
const constant = ones([4, 3]);
const bare = { affine: false, trackRunningStats: false };
const taken = { warnings: 0, nan: false };
const warned = { warnings: 1, nan: false };
const nan = { warnings: 0, nan: true };
const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

function loaded(): BatchNorm1d {
  const layer = new BatchNorm1d(3);
  const state = { weight: ones([3]), bias: zeros([4]) };
  expect(() => layer.loadStateDict(state)).toThrow('size mismatch for bias');
  return layer;
}

function refusedBatch(): BatchNorm1d {
  const layer = new BatchNorm1d(3);
  expectRefused(() => layer.forward(zeros([1, 3])), ShapeError, 'Expected more than 1 value');
  return layer;
}

/** What PyTorch does, if not words of its own, and what is done here. */
const ours: Record<string, [theirs: Outcome | null, check: () => void]> = {
  'eps 0 in training': [
    null,
    () =>
      expect([...new BatchNorm1d(3, { eps: 0 }).forward(constant).data]).toEqual(Array(12).fill(0)),
  ],
  'eps 0 of a constant row': [
    nan,
    () =>
      expect([...new LayerNorm(3, { eps: 0 }).forward(constant).data]).toEqual(Array(12).fill(0)),
  ],
  'negative eps': [
    nan,
    () => expectRefused(() => new LayerNorm(3, { eps: -1.5 }), ArgumentError, 'eps should be'),
  ],
  'eps NaN': [
    nan,
    () =>
      expectRefused(() => new BatchNorm1d(3, { eps: Number.NaN }), ArgumentError, 'eps should be'),
  ],
  'momentum NaN': [
    taken,
    () =>
      expectRefused(
        () => new BatchNorm1d(3, { momentum: Number.NaN }),
        ArgumentError,
        'momentum should be',
      ),
  ],
  'no channels': [
    taken,
    () => expectRefused(() => new BatchNorm1d(0), ArgumentError, 'a positive integer, got 0'),
  ],
  'GroupNorm of no positions': [
    null,
    () => expect(new GroupNorm(1, 3).forward(zeros([2, 3, 0])).shape).toEqual([2, 3, 0]),
  ],
  'GroupNorm of no channels': [
    null,
    () => expect(F.groupNorm(zeros([2, 0, 4]), 1).shape).toEqual([2, 0, 4]),
  ],
  'one running statistic': [
    null,
    () => {
      const mean = zeros([3]);
      F.batchNorm(constant, mean, null, { training: true, momentum: 0.5 });
      expect([...mean.data]).toEqual([0.5, 0.5, 0.5]);
    },
  ],
  'other channels, BatchNorm': [taken, () => warns(() => new BatchNorm1d(5, bare).forward(x))],
  'other channels, InstanceNorm': [
    warned,
    () => warns(() => new InstanceNorm1d(5).forward(randn([2, 3, 4]))),
  ],
  'other channels, GroupNorm': [
    taken,
    () => warns(() => new GroupNorm(1, 5, { affine: false }).forward(x)),
  ],
  'other channels, tracking switched off': [
    taken,
    () => {
      const layer = new BatchNorm1d(3, { affine: false });
      layer.trackRunningStats = false;
      expectRefused(() => layer.forward(randn([4, 5])), ShapeError, 'numFeatures is 3');
    },
  ],
  'channels of a lazy layer without values': [
    0,
    () => {
      const layer = new LazyInstanceNorm1d(bare);
      layer.forward(randn([2, 3, 4]));
      expect(layer.numFeatures).toBe(3);
    },
  ],
  'RMSNorm of mixed dtypes': [
    warned,
    () => {
      const wide = x.to({ dtype: 'float64' });
      expectRefused(
        () => new RMSNorm(3).forward(wide),
        DTypeError,
        'Convert one with to({ dtype })',
      );
    },
  ],
  'a state dict that half fits': [
    [2, 2, 2],
    () => expect([...(loaded().weight?.data ?? [])]).toEqual([1, 1, 1]),
  ],
  'batches counted after a refusal': [1, () => expect(refusedBatch().numBatchesTracked).toBe(0)],
};

/** Once in a process, which each of these is on its own here. */
function warns(call: () => { data: { every(check: (v: number) => boolean): boolean } }): void {
  const before = warnings.mock.calls.length;
  expect(call().data.every(Number.isFinite)).toBe(true);
  expect(warnings.mock.calls.length - before).toBeLessThanOrEqual(1);
  const options = { type: 'ShapeWarning', code: 'BATCHNORM_NUM_FEATURES' };
  expect(warnings).toHaveBeenCalledWith(expect.any(String), options);
}

test('every difference that is run has its check', () => {
  expect(cases.map(({ name }) => name)).toEqual(Object.keys(ours));
});

test.each(cases.map((each) => [each.name, each.torch] as const))(
  `%s: PyTorch ${torch} does what docs/differences.md says, and so does this package`,
  (name, outcome) => {
    const [theirs, check] = ours[name] as [Outcome | null, () => void];
    if (typeof outcome === 'string') {
      expect(theirs).toBeNull();
      expect(page).toContain(outcome.replace(/, (but )?got .*/, ''));
    } else {
      expect(outcome).toEqual(theirs);
    }
    check();
  },
);

test('a channels-last InstanceNorm keeps the format that PyTorch changes', () => {
  const formats = readFixture<Record<string, unknown>>('memory-formats').cases;
  const found = formats.filter((each) => each.function === 'instanceNorm');
  expect(found.map(({ output }) => output)).toEqual(found.map(() => 'contiguous'));
  const y = new InstanceNorm2d(3).forward(randn([2, 3, 4, 5], { memoryFormat: 'channelsLast' }));
  expect(y.memoryFormat).toBe('channelsLast');
});
