import { type DType, functional as F, type MemoryFormat, manualSeed, randn } from 'batchnorm';
import { native, Status } from '../../lib/native';
import { gradients, moments, normalize } from '../reference/batch-norm';
import { expectWithinUlps } from '../reference/ulps';
import { misaligned } from './misaligned';

// About 1, 4/3 and 8 vectors of every target, with odd runs and odd numbers of channels.
const shapes = [
  [2, 1, 1],
  [3, 2, 3],
  [5, 3, 15],
  [3, 5, 17],
  [2, 17, 21],
  [9, 33, 1],
  [300, 7, 1],
  [2, 3, 130],
];
const cases = shapes.flatMap((shape) =>
  (['contiguous', 'channelsLast'] as const).flatMap((memoryFormat) =>
    (['float32', 'float64'] as const).map((dtype): [number[], MemoryFormat, DType] => [
      shape,
      memoryFormat,
      dtype,
    ]),
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

  test.each(cases)('forward and backward of %j, %s, %s', (shape, memoryFormat, dtype) => {
    manualSeed(23);
    const channels = shape[1] as number;
    const [x, dy] = [draw(shape, memoryFormat, dtype), draw(shape, memoryFormat, dtype)];
    const [weight, bias] = [randn([channels], { dtype }), randn([channels], { dtype })];
    const batch = moments(x);
    const ulps = dtype === 'float32' ? 4 : 64;

    const y = F.batchNorm(x, null, null, { training: true, weight, bias });
    const affine = { weight: weight.data, bias: bias.data };
    expectWithinUlps(y, normalize(x, batch.mean, batch.variance, 1e-5, affine), ulps);

    const { mean, variance } = F.moments(x);
    expectWithinUlps(mean, batch.mean, 64);
    expectWithinUlps(variance, batch.variance, 64);
    const invstd = variance.map((v) => 1 / Math.sqrt(v + 1e-5));
    // In training the gradient is what is left of the one in evaluation.
    const kept = gradients(dy, x, mean, variance, 1e-5, false, weight.data).input;
    const scale = Math.max(...kept.map(Math.abs));
    for (const training of [true, false]) {
      const options = { weight, mean, invstd, training };
      const expected = gradients(dy, x, mean, variance, 1e-5, training, weight.data);
      const { gradInput, gradWeight, gradBias } = F.batchNormBackward(dy, x, options);
      expectWithinUlps(gradInput, expected.input, ulps, scale);
      expectWithinUlps(gradWeight, expected.weight, ulps);
      expectWithinUlps(gradBias, expected.bias, ulps);
    }
  });
});
