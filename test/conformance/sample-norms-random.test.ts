import { type DType, type MemoryFormat, manualSeed, randn } from 'batchnorm';
import { native, Status } from '../../lib/native';
import {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type SampleNorm,
} from '../functional/sample-norms';
import { conditionOf, gradientsOfSets, normalizeSets } from '../reference/sets';
import { expectWithinUlps } from '../reference/ulps';
import { misaligned } from './misaligned';

// About 1, 4/3 and 8 vectors of every target, with odd runs and odd numbers of channels.
const shapes: [SampleNorm, number[]][] = [
  ...[3, 15, 17, 21, 33, 130, 1027].flatMap((d): [SampleNorm, number[]][] => [
    [layerNorm([d]), [5, d]],
    [rmsNorm([d]), [5, d]],
  ]),
  [layerNorm([3]), [301, 3]],
  [rmsNorm([5]), [130, 5]],
  [layerNorm([5, 7]), [3, 2, 5, 7]],
  [groupNorm(1), [3, 5, 17]],
  [groupNorm(5), [3, 5, 17]],
  [groupNorm(3), [2, 21, 15]],
  [groupNorm(11), [3, 33, 1]],
  [groupNorm(4), [2, 12, 130]],
  [groupNorm(2), [2, 66, 33]],
  [instanceNorm(), [2, 1, 3]],
  [instanceNorm(), [5, 3, 15]],
  [instanceNorm(), [2, 17, 21]],
  [instanceNorm(), [2, 67, 9]],
  [instanceNorm(), [2, 3, 130]],
];
const cases = shapes.flatMap(([norm, shape]) =>
  (['contiguous', 'channelsLast'] as const).flatMap((memoryFormat) =>
    (['float32', 'float64'] as const).map(
      (dtype): [string, number[], MemoryFormat, DType, SampleNorm] => [
        norm.name,
        shape,
        memoryFormat,
        dtype,
        norm,
      ],
    ),
  ),
);

/** Heavy-tailed numbers: the cubes of normal ones, away from 0. */
function draw(shape: number[], memoryFormat: MemoryFormat, dtype: DType) {
  const { tensor } = misaligned(shape, dtype, memoryFormat);
  tensor.data.set(randn(shape, { dtype }).data.map((value) => value ** 3 + 2));
  return tensor;
}

const targets = native.simdTargets();

afterAll(() => native.setSimdTarget(null));

describe.each(targets)('on %s', (target) => {
  beforeAll(() => {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
  });

  test.each(cases)('%s of %j, %s, %s', (_, shape, memoryFormat, dtype, norm) => {
    manualSeed(23);
    const sets = norm.sets(shape);
    const [x, dy] = [draw(shape, memoryFormat, dtype), draw(shape, memoryFormat, dtype)];
    const weight = randn(sets.parameterShape, { dtype });
    const bias = norm.hasBias ? randn(sets.parameterShape, { dtype }) : null;
    const ulps = dtype === 'float32' ? 4 : 64 * conditionOf(x, sets);

    const y = norm.forward(x, { weight, bias });
    const eps = norm.hasBias ? 1e-5 : dtype === 'float32' ? 2 ** -23 : 2 ** -52;
    const affine = { weight: weight.data, bias: bias?.data };
    expectWithinUlps(y, normalizeSets(x, sets, eps, affine), ulps);

    const expected = gradientsOfSets(dy, x, sets, eps, weight.data);
    const { gradInput, gradWeight, gradBias } = norm.backward(dy, x, { weight });
    expectWithinUlps(gradInput, expected.input, ulps, expected.inputScale);
    expectWithinUlps(gradWeight, expected.weight, ulps);
    if (gradBias !== undefined) expectWithinUlps(gradBias, expected.bias, ulps);
  });
});
