import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  manualSeed,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';

/** The numbers of the article that this project started from. */
const x = tensor([
  [
    [
      [-1.731, -1.5597, 0.8319, 0.9386],
      [0.8572, 1.6315, -0.201, 0.1398],
      [-0.2074, 0.4479, -0.192, -1.4322],
    ],
    [
      [1.1964, -0.4497, -0.0277, -0.2446],
      [-1.0605, -1.1224, -1.1656, 0.2643],
      [0.1333, 2.2977, -1.0742, 1.396],
    ],
  ],
]);

test('BatchNorm2d(2) in training prints what the article shows', () => {
  const bn = new BatchNorm2d(2);
  expect(String(bn)).toBe(
    'BatchNorm2d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
  );
  expect(String(bn.weight)).toBe('Parameter containing:\ntensor([1., 1.], requires_grad=True)');
  expect(String(bn.bias)).toBe('Parameter containing:\ntensor([0., 0.], requires_grad=True)');
  expect(String(bn.forward(x))).toBe(
    [
      'tensor([[[[-1.6394, -1.4734,  0.8449,  0.9483],',
      '          [ 0.8694,  1.6199, -0.1564,  0.1740],',
      '          [-0.1626,  0.4726, -0.1476, -1.3498]],',
      '',
      '         [[ 1.1003, -0.4288, -0.0368, -0.2383],',
      '          [-0.9962, -1.0537, -1.0939,  0.2345],',
      '          [ 0.1128,  2.1234, -1.0090,  1.2858]]]])',
    ].join('\n'),
  );
});

test('by hand: the first channel has mean -0.0397 and biased variance 1.0643', () => {
  const channel = Array.from(x.data.subarray(0, 12));
  const mean = channel.reduce((a, b) => a + b) / 12;
  const variance = channel.reduce((a, b) => a + (b - mean) ** 2, 0) / 12;
  expect(mean.toFixed(4)).toBe('-0.0397');
  expect(variance.toFixed(4)).toBe('1.0643');

  const bn = new BatchNorm2d(2);
  const [weight, bias] = [bn.weight?.data[0] ?? 0, bn.bias?.data[0] ?? 1];
  const first = (((channel[0] ?? 0) - mean) / Math.sqrt(variance + bn.eps)) * weight + bias;
  expect(first.toFixed(4)).toBe('-1.6394');
  expect(bn.forward(x).data[0]).toBeCloseTo(first, 6);
});

test('BatchNorm1d(16) on uniform numbers has a running mean of 0.05 after one step', () => {
  manualSeed(0);
  const bn = new BatchNorm1d(16);
  bn.forward(rand([100, 16, 784]));
  for (const mean of bn.runningMean?.data ?? []) {
    expect(Math.abs(mean - 0.05)).toBeLessThanOrEqual(0.0003);
  }
  expect(bn.runningMean?.shape).toEqual([16]);
  expect(bn.numBatchesTracked).toBe(1);
});

/** Normal numbers that repeat after 10,007, since drawing 31 million takes its time. */
function repeated(shape: readonly number[]): Tensor {
  const { data } = randn([10_007]);
  const x = zeros(shape);
  for (let i = 0; i < x.size; i += data.length) x.data.set(data.subarray(0, x.size - i), i);
  return x;
}

describe.each([true, false])('with affine: %s', (affine) => {
  test.each([
    { Layer: BatchNorm1d, shape: [20, 100] },
    { Layer: BatchNorm2d, shape: [20, 100, 35, 45] },
    { Layer: BatchNorm3d, shape: [20, 100, 35, 45, 10] },
  ] as const)('$Layer.name keeps the shape $shape', ({ Layer, shape }) => {
    const bn = new Layer(100, { affine });
    expect(bn.weight === null).toBe(!affine);
    expect(bn.forward(repeated(shape)).shape).toEqual(shape);
  });
});
