import {
  ArgumentError,
  BatchNorm1d,
  type FloatArray,
  manualSeed,
  type ResidualGradients,
  randn,
  ShapeError,
  Tensor,
  type TensorLike,
  zeros,
} from 'batchnorm';
import { native } from '../../lib/native';
import { expectRefused } from '../expect-refused';
import { expectSame } from '../reference/same';
import { takeAway } from '../take-away';
import { aliases } from './aliases';
import { fusions, trainedLayer } from './fused-layers';

const shapes = [
  [4, 3],
  [5, 3, 49],
  [2, 3, 2, 5],
  [3, 2, 2, 3, 3],
];
const cases = shapes.flatMap((shape) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    (['contiguous', 'channelsLast'] as const).map(
      (memoryFormat) => [shape, { dtype, memoryFormat }] as const,
    ),
  ),
);

const residuals: Record<string, (x: Tensor) => Tensor | null> = {
  'no residual': () => null,
  'a residual': (x) => randn(x.shape, { dtype: x.dtype, memoryFormat: x.memoryFormat }),
  'itself as the residual': (x) => x,
};

/** A step of training or evaluation, and everything that it gives. */
function step(
  bn: BatchNorm1d,
  x: Tensor,
  residual: Tensor | null,
  dy: Tensor,
  out: TensorLike | null,
): FloatArray[] {
  bn.zeroGrad();
  const y = bn.forward(x, { residual, out, grad: true }).data.slice();
  const gradients = bn.backward<Tensor | ResidualGradients>(dy);
  const { gradInput, gradResidual } =
    gradients instanceof Tensor ? { gradInput: gradients, gradResidual: gradients } : gradients;
  const tensors = [gradInput, gradResidual, bn.weight?.grad, bn.bias?.grad, ...bn.buffers()];
  return [y, ...tensors.map((tensor) => (tensor as Tensor).data.slice())];
}

function expectSameStep(actual: FloatArray[], expected: FloatArray[]): void {
  actual.forEach((values, i) => {
    expectSame(values, expected[i] as FloatArray);
  });
}

describe.each(cases)('in place on %j, %j', (shape, options) => {
  beforeEach(() => manualSeed(29));

  test.each(Object.keys(aliases))('over %s: the bits of out of place', (alias) => {
    for (const fusion of fusions) {
      for (const residualOf of Object.values(residuals)) {
        for (const training of [true, false]) {
          const layer = trainedLayer(shape, { dtype: options.dtype, ...fusion }).train(training);
          const twin = trainedLayer(shape, { dtype: options.dtype, ...fusion }).train(training);
          twin.loadStateDict(layer.stateDict());
          const [x, dy] = [randn(shape, options), randn(shape, options)];
          const residual = residualOf(x);
          const expected = step(layer, x.clone(), residual?.clone() ?? null, dy, null);
          const out = aliases[alias]?.(x) ?? null;
          expectSameStep(step(twin, x, residual, dy, out), expected);
          expectSame(x.data, expected[0] as FloatArray);
        }
      }
    }
  });

  test('over the residual: the bits of out of place', () => {
    for (const fusion of fusions) {
      const layer = trainedLayer(shape, { dtype: options.dtype, ...fusion });
      const twin = trainedLayer(shape, { dtype: options.dtype, ...fusion });
      twin.loadStateDict(layer.stateDict());
      const [x, residual, dy] = [
        randn(shape, options),
        randn(shape, options),
        randn(shape, options),
      ];
      const before = x.data.slice();
      const expected = step(layer, x, residual.clone(), dy, null);
      expectSameStep(step(twin, x, residual, dy, residual), expected);
      expectSame(residual.data, expected[0] as FloatArray);
      expectSame(x.data, before);
    }
  });
});

describe('the copy of the input', () => {
  const dy = randn([4, 3]);
  let read: FloatArray[];

  // The addon's first argument is what it reads, and what backward will read.
  beforeEach(() => {
    read = [];
    const { batchNormTrain } = native;
    jest.spyOn(native, 'batchNormTrain').mockImplementation((...values) => {
      read.push(values[0]);
      return batchNormTrain(...values);
    });
  });
  afterEach(() => jest.restoreAllMocks());

  const inPlace = (bn: BatchNorm1d, shape = [4, 3]) => {
    const x = randn(shape);
    bn.forward(x, { out: x });
  };

  test('is in the same memory each time, as long as that is large enough', () => {
    const bn = new BatchNorm1d(3);
    for (const n of [4, 4, 2, 3, 4, 5, 5]) inPlace(bn, [n, 3]);
    const buffers = read.map(({ buffer }) => buffer);
    expect(new Set(buffers).size).toBe(2);
    expect(buffers[4]).toBe(buffers[0]);
    expect(buffers[5]).toBe(buffers[6]);
    expect(read.map(({ length }) => length)).toEqual([12, 12, 6, 9, 12, 15, 15]);
  });

  test('is let go of by a forward that does not need it', () => {
    const bn = new BatchNorm1d(3);
    inPlace(bn);
    bn.forward(randn([4, 3]));
    inPlace(bn);
    bn.forward(randn([4, 3]), { grad: false });
    inPlace(bn);
    const [first, , second, , third] = read.map(({ buffer }) => buffer);
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test('is not made with grad: false, nor where out is other memory', () => {
    const bn = new BatchNorm1d(3);
    const x = randn([4, 3]);
    bn.forward(x, { out: x, grad: false });
    bn.forward(x, { out: zeros([4, 3]) });
    bn.forward(x, { residual: dy, out: dy.clone() });
    expect(read.map((data) => data === x.data)).toEqual([true, true, true]);
  });

  test('outlives a refused forward', () => {
    const bn = new BatchNorm1d(3);
    const x = randn([4, 3]);
    bn.forward(x.clone());
    const expected = bn.backward(dy);
    bn.forward(x, { out: x });
    const single = randn([1, 3]);
    const message = 'more than 1 value';
    expectRefused(() => bn.forward(single, { out: single }), ShapeError, message, [single]);
    expectSame(bn.backward(dy).data, expected.data);
  });

  test('is of the type of the input, where the layer has none', () => {
    const bn = new BatchNorm1d(3, { affine: false, trackRunningStats: false });
    for (const dtype of ['float32', 'float64', 'float32'] as const) {
      const x = randn([4, 3], { dtype });
      const gradient = randn([4, 3], { dtype });
      bn.forward(x.clone());
      const expected = bn.backward(gradient);
      bn.forward(x, { out: x });
      expectSame(bn.backward(gradient).data, expected.data);
    }
  });

  test('leaves the memory of the output free for the gradient', () => {
    const bn = new BatchNorm1d(3);
    const x = randn([4, 3]);
    bn.forward(x.clone());
    const expected = bn.backward(dy);
    bn.forward(x, { out: x });
    expect(bn.backward(dy, { out: x })).toBe(x);
    expectSame(x.data, expected.data);
  });

  test('is not needed of an empty batch, even one whose memory was taken away', () => {
    const bn = new BatchNorm1d(3);
    const empty = zeros([0, 3]);
    takeAway(empty);
    expect(bn.forward(empty, { out: empty })).toBe(empty);
    expect(bn.backward(zeros([0, 3])).shape).toEqual([0, 3]);
  });
});

test('a part of the residual is refused as out', () => {
  const memory = new Float32Array(18);
  const residual = new Tensor(memory.subarray(6), [4, 3]);
  const out = new Tensor(memory.subarray(5, 17), [4, 3]);
  const bn = new BatchNorm1d(3);
  const call = () => bn.forward(randn([4, 3]), { residual, out });
  const message = 'out shares a part of its memory with residual: use the same elements or others';
  expectRefused(call, ArgumentError, message, [residual, out, ...bn.buffers()]);
  expect(bn.numBatchesTracked).toBe(0);
});
