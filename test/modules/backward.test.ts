import {
  ArgumentError,
  type BackwardOptions,
  BatchNorm1d,
  DTypeError,
  full,
  manualSeed,
  ones,
  type ResidualGradients,
  randn,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { gradients, moments } from '../reference/batch-norm';
import { expectWithinUlps } from '../reference/ulps';
import { takeAway, thiefOf } from '../take-away';
import { layers } from './layers';

beforeEach(() => manualSeed(17));

const weight = [0.5, -2, 3];
const nothingKept =
  'BatchNorm1d: there is no forward pass to go backward through: call forward before each';

function grads(bn: BatchNorm1d): Tensor[] {
  return bn.parameters().flatMap(({ grad }) => grad ?? []);
}

describe.each(layers)('$Layer.name on $shape', ({ Layer, shape }) => {
  const draw = () => randn([...shape]);

  test.each([true, false])('gives the three gradients, training: %s', (training) => {
    const bn = new Layer(3).train(training);
    bn.weight?.data.set(weight);
    bn.runningMean?.data.set([0.5, -0.5, 0]);
    bn.runningVar?.data.set([2, 1, 0.5]);
    const [x, dy] = [draw(), draw()];
    const batch = moments(x);
    const [mean, variance] = training
      ? [batch.mean, batch.variance]
      : [
          [0.5, -0.5, 0],
          [2, 1, 0.5],
        ];
    const expected = gradients(dy, x, mean, variance, 1e-5, training, weight);
    bn.forward(x, { grad: true });
    const dx = bn.backward(dy);
    expectWithinUlps(dx, expected.input, 4);
    expectWithinUlps(bn.weight?.grad ?? zeros([0]), expected.weight, 1);
    expectWithinUlps(bn.bias?.grad ?? zeros([0]), expected.bias, 1);
    expect([dx.shape, dx.dtype]).toEqual([shape, 'float32']);
  });

  test('accumulates into the same grad until zeroGrad', () => {
    const bn = new Layer(3);
    const [x, dy] = [draw(), draw()];
    bn.forward(x);
    bn.backward(dy);
    const first = bn.weight?.grad as Tensor;
    const once = [...first.data];
    bn.forward(x);
    bn.backward(dy);
    expect(bn.weight?.grad).toBe(first);
    expect([...first.data]).toEqual(once.map((g) => 2 * g));
    bn.zeroGrad();
    expect([bn.weight?.grad, bn.bias?.grad]).toEqual([null, null]);
    bn.forward(x);
    bn.backward(dy);
    expect([...(bn.weight?.grad?.data ?? [])]).toEqual(once);
    expect([...first.data]).toEqual(once.map((g) => 2 * g));
  });

  test('works without parameters, and without running statistics in evaluation', () => {
    const bn = new Layer(3, { affine: false, trackRunningStats: false }).eval();
    const [x, dy] = [draw(), draw()];
    const batch = moments(x);
    bn.forward(x, { grad: true });
    const expected = gradients(dy, x, batch.mean, batch.variance, 1e-5, true);
    expectWithinUlps(bn.backward(dy), expected.input, 4);
  });

  test('writes to out, gradOutput itself included', () => {
    const bn = new Layer(3);
    const [x, dy] = [draw(), draw()];
    bn.forward(x);
    const expected = bn.backward(dy);
    bn.forward(x);
    const out = zeros([...shape]);
    expect(bn.backward(dy, { out })).toBe(out);
    bn.forward(x);
    expect(bn.backward(dy, { out: dy })).toBe(dy);
    expect(out.data).toEqual(expected.data);
    expect(dy.data).toEqual(expected.data);
  });

  test('takes a gradient in another memory format, and keeps that of the input', () => {
    const bn = new Layer(3);
    const [x, dy] = [draw(), draw()];
    bn.forward(x);
    const expected = bn.backward(dy);
    bn.forward(x);
    const dx = bn.backward(dy.to({ memoryFormat: 'channelsLast' }));
    expect(dx.memoryFormat).toBe('contiguous');
    expect(dx.data).toEqual(expected.data);
  });

  test('of an empty batch adds zeros', () => {
    const bn = new Layer(3);
    const empty = zeros([0, ...shape.slice(1)]);
    bn.forward(empty);
    expect(bn.backward(empty).shape).toEqual(empty.shape);
    expect(bn.weight?.grad?.data).toEqual(new Float32Array(3));
    expect(bn.bias?.grad?.data).toEqual(new Float32Array(3));
  });
});

test('in evaluation the statistics are those of the forward pass, whatever happens later', () => {
  const bn = new BatchNorm1d(3).eval();
  const [x, dy] = [randn([4, 3]), randn([4, 3])];
  bn.forward(x, { grad: true });
  const expected = bn.backward(dy);
  bn.forward(x, { grad: true });
  bn.runningMean?.data.fill(100);
  bn.runningVar?.data.fill(100);
  expect(bn.backward(dy).data).toEqual(expected.data);
});

test('float64 accumulates float64', () => {
  const bn = new BatchNorm1d(1, { dtype: 'float64' });
  const x = randn([5, 1], { dtype: 'float64' });
  bn.forward(x);
  bn.backward(full([5, 1], 0.1, { dtype: 'float64' }));
  expect(bn.bias?.grad?.dtype).toBe('float64');
  expect(bn.bias?.grad?.item()).toBeCloseTo(0.5, 15);
});

test('a grad that was set by hand is added to', () => {
  const bn = new BatchNorm1d(1);
  const grad = tensor([10]);
  if (bn.bias) bn.bias.grad = grad;
  bn.forward(tensor([[1], [2]]));
  bn.backward(ones([2, 1]));
  expect(grad.item()).toBe(12);
});

describe('backward is for one forward', () => {
  const x = randn([4, 3]);
  const dy = randn([4, 3]);

  test('not before it', () => {
    const bn = new BatchNorm1d(3);
    expectRefused(() => bn.backward(dy), ArgumentError, nothingKept);
    expect(grads(bn)).toEqual([]);
  });

  test('not twice', () => {
    const bn = new BatchNorm1d(3);
    bn.forward(x);
    bn.backward(dy);
    expectRefused(() => bn.backward(dy), ArgumentError, nothingKept, grads(bn));
  });

  test('not where it kept nothing: in evaluation, or with grad: false', () => {
    const bn = new BatchNorm1d(3);
    bn.forward(x);
    bn.forward(x, { grad: false });
    expectRefused(() => bn.backward(dy), ArgumentError, nothingKept);
    bn.eval().forward(x);
    expectRefused(() => bn.backward(dy), ArgumentError, nothingKept);
  });

  test('for the last one', () => {
    const bn = new BatchNorm1d(3);
    bn.forward(x);
    const expected = bn.backward(dy);
    bn.forward(randn([7, 3]));
    bn.forward(x);
    expect(bn.backward(dy).data).toEqual(expected.data);
  });

  test('which a refused forward does not replace', () => {
    const bn = new BatchNorm1d(3);
    bn.forward(x);
    const expected = bn.backward(dy);
    bn.forward(x);
    expectRefused(() => bn.forward(randn([1, 3])), ShapeError, 'more than 1 value');
    expect(bn.backward(dy).data).toEqual(expected.data);
  });
});

describe('a refused backward changes nothing and can be made again', () => {
  const x = randn([4, 3]);
  const dy = randn([4, 3]);

  test.each([
    ['shape', randn([3, 3]), undefined, ShapeError, "the input's shape [4, 3], got [3, 3]"],
    ['dtype', randn([4, 3], { dtype: 'float64' }), undefined, DTypeError, 'gradOutput should have'],
    ['out', dy, { out: randn([3, 4]) }, ShapeError, "out should have the input's shape [4, 3]"],
    ['out over the input', dy, { out: x }, ArgumentError, 'the input of the forward pass'],
    ['option', dy, { grad: true } as never, ArgumentError, "unknown option 'grad'"],
    [
      'outResidual without a residual',
      dy,
      { outResidual: randn([4, 3]) },
      ArgumentError,
      'outResidual is for the gradient of a residual, and the forward pass had none',
    ],
    ['value of out', dy, { out: 3 as never }, ArgumentError, 'out must be a Tensor'],
    ['value', [1, 2] as never, undefined, ArgumentError, 'gradOutput must be a Tensor'],
  ])('%s', (_, gradOutput, options, type, message) => {
    const bn = new BatchNorm1d(3);
    bn.forward(x);
    bn.backward(dy);
    const expected = grads(bn).map(({ data }) => Array.from(data, (g) => 2 * g));
    bn.forward(x);
    const call = () => bn.backward(gradOutput, options);
    expect(expectRefused(call, type, message, [x, dy, ...grads(bn)])).toMatch(/^BatchNorm1d: /);
    bn.backward(dy);
    expect(grads(bn).map(({ data }) => Array.from(data))).toEqual(expected);
  });

  test('memory that was taken away since', () => {
    const bn = new BatchNorm1d(3);
    const input = x.clone();
    bn.forward(input);
    bn.backward(dy);
    bn.forward(input);
    takeAway(input);
    expectRefused(
      () => bn.backward(dy),
      ArgumentError,
      'BatchNorm1d: the memory of input',
      grads(bn),
    );
    bn.forward(x);
    takeAway(bn.weight?.grad as Tensor);
    const bias = bn.bias?.grad as Tensor;
    expectRefused(() => bn.backward(dy), ArgumentError, 'the memory of weight.grad is gone', [
      bias,
    ]);
    const gone = dy.clone();
    takeAway(gone);
    const message = 'BatchNorm1d: the memory of gradOutput is gone: it should hold 12 elements';
    expectRefused(() => bn.backward(gone), ArgumentError, message, [bias]);
  });

  describe('with a residual', () => {
    const elements = new Float32Array(13);
    const part = (start: number) => new Tensor(elements.subarray(start, start + 12), [4, 3]);
    const gone = randn([4, 3]);
    takeAway(gone);

    test.each<[string, BackwardOptions, Parameters<typeof expectRefused>[1], string]>([
      ['shape', { outResidual: randn([3, 4]) }, ShapeError, "should have the input's shape [4, 3]"],
      [
        'dtype',
        { outResidual: randn([4, 3], { dtype: 'float64' }) },
        DTypeError,
        "outResidual should have the input's dtype float32, got float64",
      ],
      ['memory', { outResidual: gone }, ArgumentError, 'the memory of outResidual is gone'],
      ['kind', { outResidual: 3 as never }, ArgumentError, 'outResidual must be a Tensor'],
      [
        'place, over the input',
        { outResidual: x },
        ArgumentError,
        'outResidual shares memory with the input of the forward pass',
      ],
      [
        'place, over out',
        { out: dy, outResidual: dy },
        ArgumentError,
        'outResidual shares memory with out',
      ],
      [
        'place, over a part of out',
        { out: part(0), outResidual: part(1) },
        ArgumentError,
        'outResidual shares memory with out',
      ],
    ])('%s of outResidual', (_, options, type, message) => {
      const bn = new BatchNorm1d(3, { activation: 'relu' });
      bn.forward(x, { residual: dy });
      const expected = bn.backward<ResidualGradients>(dy);
      bn.forward(x, { residual: dy });
      const before = grads(bn);
      const call = () => bn.backward(dy, options);
      expect(expectRefused(call, type, message, [x, dy, ...before])).toMatch(/^BatchNorm1d: /);
      expect(bn.backward<ResidualGradients>(dy)).toEqual(expected);
    });

    test('a part of gradOutput as outResidual', () => {
      const bn = new BatchNorm1d(3);
      bn.forward(x, { residual: dy });
      const call = () => bn.backward(part(0), { outResidual: part(1) });
      const message = 'outResidual shares a part of its memory with gradOutput: use the same';
      expectRefused(call, ArgumentError, message, [part(0), part(1)]);
    });

    test.each(['gradOutput', 'out'] as const)(
      '%s whose memory outResidual takes away',
      (victim) => {
        const bn = new BatchNorm1d(3);
        bn.forward(x, { residual: dy });
        const [gradOutput, out] = [dy.clone(), dy.clone()];
        const outResidual = thiefOf(victim === 'out' ? out : gradOutput);
        const call = () => bn.backward(gradOutput, { out, outResidual });
        const message = `the memory of ${victim} is gone: it should hold 12 elements and holds 0`;
        expectRefused(call, ArgumentError, message, grads(bn));
      },
    );
  });
});
