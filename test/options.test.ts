import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  functional as F,
  FrozenBatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  LazyBatchNorm2d,
  ones,
  RMSNorm,
  randn,
  transforms,
  zeros,
} from 'batchnorm';
import { expectRefused } from './expect-refused';

type Loose = (...args: unknown[]) => unknown;

/** A function or constructor as JavaScript has it, which no compiler watches. */
const loose = (f: unknown) => f as Loose;
const make =
  (Layer: unknown): Loose =>
  (...args) =>
    new (Layer as new (...args: unknown[]) => unknown)(...args);

const x = randn([4, 8]);
const weight = ones([8]);
const bias = zeros([8]);

describe("another library's name of an option", () => {
  test.each<[string, () => unknown, string]>([
    [
      'track_running_stats',
      () => make(BatchNorm2d)(4, { track_running_stats: false }),
      'did you mean trackRunningStats?',
    ],
    [
      'TrackRunningStats',
      () => make(BatchNorm2d)(4, { TrackRunningStats: false }),
      'did you mean trackRunningStats?',
    ],
    ['epsilon', () => make(BatchNorm2d)(4, { epsilon: 1e-3 }), 'did you mean eps?'],
    ['epsilon of RMSNorm', () => make(RMSNorm)(4, { epsilon: 1e-3 }), 'did you mean eps?'],
    [
      'variance_epsilon',
      () => make(BatchNorm2d)(4, { variance_epsilon: 1e-3 }),
      'did you mean eps?',
    ],
    [
      'elementwise_affine',
      () => make(LayerNorm)(4, { elementwise_affine: false }),
      'did you mean elementwiseAffine?',
    ],
    [
      'affine of LayerNorm',
      () => make(LayerNorm)(4, { affine: false }),
      'did you mean elementwiseAffine?',
    ],
    [
      'elementwise_affine of GroupNorm',
      () => make(GroupNorm)(2, 4, { elementwise_affine: false }),
      'did you mean affine?',
    ],
    ['center of LayerNorm', () => make(LayerNorm)(4, { center: false }), 'did you mean bias?'],
    [
      'scale of LayerNorm',
      () => make(LayerNorm)(4, { scale: false }),
      'did you mean elementwiseAffine?',
    ],
    [
      'scale of InstanceNorm',
      () => make(InstanceNorm2d)(4, { scale: true }),
      'did you mean affine?',
    ],
    ['a mistyped one', () => make(BatchNorm2d)(4, { momentun: 0.2 }), 'did you mean momentum?'],
    [
      'gamma',
      () => loose(F.batchNorm)(x, null, null, { training: true, gamma: weight }),
      'did you mean weight?',
    ],
    ['beta', () => loose(F.layerNorm)(x, 8, { beta: bias }), 'did you mean bias?'],
    [
      'is_training',
      () => loose(F.batchNorm)(x, null, null, { is_training: true }),
      'did you mean training?',
    ],
    [
      'use_input_stats',
      () => loose(F.instanceNorm)(x, { use_input_stats: true }),
      'did you mean useInputStats?',
    ],
    [
      'running_mean of instanceNorm',
      () => loose(F.instanceNorm)(x, { running_mean: bias }),
      'did you mean runningMean?',
    ],
    [
      'moving_variance',
      () => loose(F.instanceNorm)(x, { moving_variance: bias }),
      'did you mean runningVar?',
    ],
    ['rstd', () => loose(F.layerNormBackward)(x, x, 8, { rstd: bias }), 'did you mean invstd?'],
    [
      'memory_format',
      () => loose(zeros)([1, 2], { memory_format: 'channelsLast' }),
      'did you mean memoryFormat?',
    ],
    [
      'drop_alpha',
      () =>
        loose(new transforms.Normalize([0], [1]).forward.bind(new transforms.Normalize([0], [1])))(
          {},
          { drop_alpha: true },
        ),
      'did you mean dropAlpha?',
    ],
  ])('%s', (_, call, said) => {
    expectRefused(call, ArgumentError, said);
    // what there is, before what was meant
    expectRefused(call, ArgumentError, ', the options are ');
  });

  test.each<[string, () => unknown, string]>([
    [
      'num_features',
      () => make(BatchNorm2d)(4, { num_features: 4 }),
      'numFeatures is an argument of its own, as new BatchNorm2d(numFeatures, options)',
    ],
    [
      'num_features of GroupNorm',
      () => make(GroupNorm)(2, 4, { num_features: 4 }),
      'numChannels is an argument of its own, as new GroupNorm(numGroups, numChannels, options)',
    ],
    [
      'groups',
      () => make(GroupNorm)(2, 4, { groups: 2 }),
      'numGroups is an argument of its own, as new GroupNorm(',
    ],
    [
      'normalized_shape',
      () => loose(F.layerNorm)(x, 8, { normalized_shape: 8 }),
      'normalizedShape is an argument of its own, as layerNorm(input, normalizedShape, options)',
    ],
    [
      'running_mean of batchNorm',
      () => loose(F.batchNorm)(x, null, null, { running_mean: bias }),
      'runningMean is an argument of its own, as batchNorm(input, runningMean, runningVar, options)',
    ],
    ["Keras's axis", () => make(BatchNorm2d)(4, { axis: -1 }), "memoryFormat: 'channelsLast'"],
    [
      'data_format',
      () => make(BatchNorm2d)(4, { data_format: 'NHWC' }),
      "memoryFormat: 'channelsLast'",
    ],
    [
      'a mode',
      () => loose(new BatchNorm1d(8).forward).call(new BatchNorm1d(8), x, { training: true }),
      'train() and eval()',
    ],
    ['device', () => make(BatchNorm2d)(4, { device: 'cuda' }), 'the CPU'],
  ])('%s is no option', (_, call, said) => {
    expectRefused(call, ArgumentError, said);
  });

  test.each(['constructor', '__proto__x', 'toString', 'zzz', 'x'.repeat(1000)])(
    'says nothing of what is like no other: %.20s',
    (key) => {
      const said = expectRefused(
        () => make(BatchNorm2d)(4, { [key]: 1 }),
        ArgumentError,
        'unknown option',
      );
      expect(said).toMatch(/negativeSlope$/);
    },
  );
});

describe('options by position, as PyTorch takes them', () => {
  test.each<[string, () => unknown, string]>([
    [
      'new BatchNorm2d(4, 1e-3)',
      () => make(BatchNorm2d)(4, 1e-3),
      'as new BatchNorm2d(numFeatures, { eps: 0.001 })',
    ],
    [
      'new FrozenBatchNorm2d(4, 1e-3)',
      () => make(FrozenBatchNorm2d)(4, 1e-3),
      'as new FrozenBatchNorm2d(numFeatures, { eps: 0.001 })',
    ],
    [
      'new LazyBatchNorm2d(1e-3)',
      () => make(LazyBatchNorm2d)(1e-3),
      'as new LazyBatchNorm2d({ eps: 0.001 })',
    ],
    [
      'new GroupNorm(2, 4, 1e-3)',
      () => make(GroupNorm)(2, 4, 1e-3),
      'as new GroupNorm(numGroups, numChannels, { eps: 0.001 })',
    ],
    [
      'new LayerNorm(8, 1e-3)',
      () => make(LayerNorm)(8, 1e-3),
      'as new LayerNorm(normalizedShape, { eps: 0.001 })',
    ],
    [
      'new LayerNorm(8, 8)',
      () => make(LayerNorm)(8, 8),
      'a normalizedShape of several sizes is an array',
    ],
    [
      'new BatchNorm2d({ ... })',
      () => make(BatchNorm2d)({ num_features: 4 }),
      'got Object, as new BatchNorm2d(64, { eps: 1e-5 })',
    ],
    [
      'F.layer_norm(x, [8], weight, ...)',
      () => loose(F.layerNorm)(x, [8], weight, bias, 1e-5),
      'got Tensor: options go by their names, as layerNorm(input, normalizedShape, { weight, bias, ... })',
    ],
    [
      'F.layer_norm(x, [8], None, ...)',
      () => loose(F.layerNorm)(x, [8], null, null, 1e-5),
      'got null: options go by their names, as layerNorm(input, normalizedShape, { weight, bias, ... })',
    ],
    [
      'plain tensors',
      () => loose(F.layerNorm)(x, [8], { data: weight.data, shape: [8] }),
      'got Object: options go by their names',
    ],
    [
      "onnxruntime's",
      () => loose(F.groupNorm)(x, 2, { data: weight.data, dims: [8] }),
      'as groupNorm(input, numGroups, { weight, bias, ... })',
    ],
    [
      'F.batch_norm(x, rm, rv, w, b, true, 0.1, 1e-5)',
      () => loose(F.batchNorm)(x, bias, weight, weight, bias, true, 0.1, 1e-5),
      'as batchNorm(input, runningMean, runningVar, { weight, bias, ... })',
    ],
    [
      'F.rms_norm(x, [8], weight)',
      () => loose(F.rmsNorm)(x, [8], weight),
      'as rmsNorm(input, normalizedShape, { weight, eps, ... })',
    ],
    [
      'F.instance_norm(x, rm, rv)',
      () => loose(F.instanceNorm)(x, bias, weight),
      'as instanceNorm(input, { runningMean, runningVar, ... })',
    ],
    ['zeros([2], dtype)', () => loose(zeros)([2], 'float64'), "did you mean { dtype: 'float64' }?"],
    ['x.to(dtype)', () => loose(x.to).call(x, 'float64'), "did you mean { dtype: 'float64' }?"],
    [
      'x.to(format)',
      () => loose(x.to).call(x, 'channelsLast'),
      "did you mean { memoryFormat: 'channelsLast' }?",
    ],
    [
      'forward(x, out)',
      () => loose(new BatchNorm1d(8).forward).call(new BatchNorm1d(8), x, x),
      'did you mean { out }?',
    ],
    [
      'load_state_dict(sd, False)',
      () => loose(new BatchNorm1d(8).loadStateDict).call(new BatchNorm1d(8), {}, false),
      'did you mean { strict: false }?',
    ],
  ])('%s', (_, call, said) => {
    expectRefused(call, ArgumentError, said, [x, weight, bias]);
  });
});
