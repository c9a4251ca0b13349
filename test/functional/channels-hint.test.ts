import {
  BatchNorm1d,
  BatchNorm2d,
  functional as F,
  FrozenBatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  ones,
  randn,
  ShapeError,
  tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

describe('channels in the last dimension', () => {
  const image = randn([2, 5, 6, 3]);
  const meant =
    "Is it (N, H, W, C)? A shape is always (N, C, H, W): pass { data, shape: [2, 3, 5, 6], memoryFormat: 'channelsLast' }, which lies in memory as (N, H, W, C)";
  const three = ones([3]);
  const statistics = { mean: new Float64Array(3), invstd: new Float64Array(3) };

  test.each<[string, () => unknown, string]>([
    ['BatchNorm2d', () => new BatchNorm2d(3).forward(image), meant],
    ['BatchNorm2d in evaluation', () => new BatchNorm2d(3).eval().forward(image), meant],
    ['BatchNorm1d', () => new BatchNorm1d(3).forward(randn([2, 5, 3])), 'Is it (N, L, C)?'],
    ['FrozenBatchNorm2d', () => new FrozenBatchNorm2d(3).forward(image), meant],
    ['InstanceNorm2d', () => new InstanceNorm2d(3, { affine: true }).forward(image), meant],
    [
      'InstanceNorm2d of one image',
      () => new InstanceNorm2d(3, { affine: true }).forward(randn([5, 6, 3])),
      'Is it (H, W, C)? A shape is always (N, C, H, W): pass { data, shape: [1, 3, 5, 6]',
    ],
    ['GroupNorm', () => new GroupNorm(3, 3).forward(image), meant],
    ['batchNorm', () => F.batchNorm(image, three, three), meant],
    [
      'batchNorm with a weight',
      () => F.batchNorm(image, null, null, { training: true, weight: three }),
      meant,
    ],
    [
      'batchNormBackward',
      () => F.batchNormBackward(image, image, { ...statistics, training: true }),
      meant,
    ],
    ['instanceNorm', () => F.instanceNorm(image, { weight: three }), meant],
    ['groupNorm by its groups', () => F.groupNorm(image, 3), meant],
    ['groupNorm by its weight', () => F.groupNorm(image, 5, { weight: three }), meant],
    [
      'batchNorm of video',
      () => F.batchNorm(randn([2, 4, 5, 6, 3]), three, three),
      'Is it (N, D, H, W, C)? A shape is always (N, C, D, H, W): pass { data, shape: [2, 3, 4, 5, 6]',
    ],
  ])('%s', (_, call, said) => {
    expectRefused(call, ShapeError, said);
  });

  test('what the hint says is taken', () => {
    const { data } = image;
    const hinted = { data, shape: [2, 3, 5, 6], memoryFormat: 'channelsLast' as const };
    const rows = tensor(data, [60, 3]);
    const y = new BatchNorm2d(3).forward(hinted);
    expect(y.data).toEqual(new BatchNorm1d(3).forward(rows).data);
  });

  test.each<[string, () => unknown]>([
    ['no dimension fits', () => new BatchNorm2d(4).forward(image)],
    ['there is no other order', () => new BatchNorm1d(8).forward(randn([2, 3]))],
    ['groupNorm by its weight', () => F.groupNorm(image, 5, { weight: ones([4]) })],
  ])('no hint if %s', (_, call) => {
    expect(expectRefused(call, ShapeError, 'shape')).not.toContain('Is it');
  });
});
