import { type DType, type MemoryFormat, manualSeed } from 'batchnorm';
import { native, Status } from '../../lib/native';
import type { Fusion } from '../reference/fusion';
import { expectAsUnfused, type FusedCase } from './as-unfused';

// Runs and rows that end within a byte of the mask, within a word, and at its end.
const shapes = [
  [7, 3],
  [33, 1],
  [65, 64],
  [5, 100],
  [2, 130],
  [3, 3, 1],
  [5, 3, 49],
  [3, 2, 63],
  [1, 5, 64],
  [2, 3, 65],
  [3, 2, 1026],
  [3, 5, 7, 7],
  [2, 100, 1, 1],
  [9, 17, 3, 5],
  [2, 3, 2, 3, 4],
  [3, 2, 1, 1, 9],
];
const dtypes: DType[] = ['float32', 'float64'];
const formats: MemoryFormat[] = ['contiguous', 'channelsLast'];
const cases = shapes.flatMap((shape) =>
  formats.flatMap((memoryFormat) =>
    dtypes.map((dtype): [number[], MemoryFormat, DType] => [shape, memoryFormat, dtype]),
  ),
);

// More than 4 MB, which go past the cache.
const image = [5, 3, 265, 265];
const rows = [10_501, 101];
const relu: Fusion = { activation: 'relu' };
const leakyRelu: Fusion = { activation: 'leakyRelu', negativeSlope: -0.3 };
const fusions: Fusion[] = [{ activation: null }, relu, leakyRelu];
const large: Omit<FusedCase, 'dtype'>[] = [
  { shape: image, memoryFormat: 'contiguous', fusion: relu, residual: true, training: true },
  { shape: image, memoryFormat: 'contiguous', fusion: leakyRelu, residual: false, training: false },
  { shape: image, memoryFormat: 'channelsLast', fusion: leakyRelu, residual: true, training: true },
  { shape: rows, memoryFormat: 'contiguous', fusion: relu, residual: true, training: false },
];

const targets = native.simdTargets();

afterAll(() => native.setSimdTarget(null));

describe.each(targets)('on %s', (target) => {
  beforeAll(() => {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
  });
  beforeEach(() => manualSeed(31));

  test.each(cases)('%j, %s, %s: the bits of a plain layer and the rest afterwards', (...one) => {
    const [shape, memoryFormat, dtype] = one;
    for (const fusion of fusions) {
      for (const residual of [true, false]) {
        for (const training of [true, false]) {
          expectAsUnfused({ shape, memoryFormat, dtype, fusion, residual, training });
        }
      }
    }
  });

  test.each(large)('the same of $shape, $memoryFormat, training: $training', (one) => {
    expectAsUnfused({ ...one, dtype: 'float32' });
  });
});
