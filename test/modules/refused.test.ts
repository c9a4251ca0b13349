import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  DTypeError,
  full,
  ones,
  randn,
  ShapeError,
  Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway, thiefOf } from '../take-away';
import { layers } from './layers';

/** Demands that `call` is refused and the layer's whole state stays as it is. */
function refused(
  bn: BatchNorm1d,
  call: () => unknown,
  type: Parameters<typeof expectRefused>[1],
  message: string,
  untouched: readonly Tensor[] = [],
): void {
  const batches = bn.numBatchesTracked;
  const said = expectRefused(call, type, message, [
    ...bn.parameters(),
    ...bn.buffers(),
    ...untouched,
  ]);
  expect(said.startsWith(`${bn.constructor.name}: `)).toBe(true);
  expect(bn.numBatchesTracked).toBe(batches);
}

describe.each(layers)('$Layer.name refuses', ({ Layer, shape, rank, axes }) => {
  test.each([true, false])('another rank, training: %s', (training) => {
    const bn = new Layer(3).train(training);
    for (const wrong of [[], [3], [4, 3, 2, 2, 2, 2]]) {
      const message = `${Layer.name}: expected ${rank} input (got ${wrong.length}D input): the shape should be ${axes}, got [${wrong.join(', ')}]`;
      refused(bn, () => bn.forward(zeros(wrong)), ShapeError, message);
    }
  });

  test.each([true, false])('other channels in every case, training: %s', (training) => {
    const wrong = [4, 5, ...shape.slice(2)];
    const explained = `numFeatures is 3, but the input has 5 channels, its shape is [${wrong.join(', ')}]`;
    for (const affine of [true, false]) {
      for (const trackRunningStats of affine ? [true, false] : [true]) {
        const bn = new Layer(3, { affine, trackRunningStats }).train(training);
        refused(bn, () => bn.forward(zeros(wrong)), ShapeError, `${Layer.name}: `);
        refused(bn, () => bn.forward(zeros(wrong)), ShapeError, explained);
        const empty = [0, ...wrong.slice(1)];
        refused(bn, () => bn.forward(zeros(empty)), ShapeError, 'numFeatures is 3');
      }
    }
    const tracked = new Layer(3).train(training);
    const phrase = 'running_mean should contain 5 elements not 3';
    refused(tracked, () => tracked.forward(zeros(wrong)), ShapeError, phrase);
  });

  test('one value per channel where the batch counts', () => {
    const single = [1, 3, ...shape.slice(2).map(() => 1)];
    const message = `${Layer.name}: Expected more than 1 value per channel when training, got input size [${single.join(', ')}]. Drop the last, incomplete batch`;
    const bn = new Layer(3);
    refused(bn, () => bn.forward(zeros(single)), ShapeError, message);
    const untracked = new Layer(3, { trackRunningStats: false }).eval();
    refused(untracked, () => untracked.forward(zeros(single)), ShapeError, message);
  });

  test('another dtype', () => {
    const wide = randn([...shape], { dtype: 'float64' });
    const bn = new Layer(3);
    refused(
      bn,
      () => bn.forward(wide),
      DTypeError,
      `${Layer.name}: expected scalar type float64 but found float32: the input is float64 and running_mean is float32, mixed dtype (CPU): all inputs must share same datatype. Convert one with to({ dtype }), or make the layer with dtype: 'float64'`,
    );
  });

  test.each([true, false])('an out that does not fit, training: %s', (training) => {
    const bn = new Layer(3).train(training);
    const x = randn([...shape]);
    const out = full([...shape, 1], 9);
    refused(bn, () => bn.forward(x, { out }), ShapeError, "out should have the input's shape", [
      x,
      out,
    ]);
    const wide = full([...shape], 9, { dtype: 'float64' });
    refused(bn, () => bn.forward(x, { out: wide }), DTypeError, 'out should have', [x, wide]);
  });

  test('a residual that does not fit', () => {
    const x = randn([...shape]);
    for (const training of [true, false]) {
      const bn = new Layer(3, { activation: 'relu' }).train(training);
      const out = full([...shape], 9);
      const longer = [shape[0] + 1, ...shape.slice(1)];
      const message = `residual should have the input's shape [${shape.join(', ')}], got [${longer.join(', ')}]`;
      const call = (residual: Tensor) => () => bn.forward(x, { residual, out });
      refused(bn, call(zeros(longer)), ShapeError, message, [x, out]);
      refused(bn, call(zeros([x.size])), ShapeError, "residual should have the input's shape", [x]);
      const wide = full([...shape], 9, { dtype: 'float64' });
      const phrase =
        "expected scalar type float32 but found float64: residual should have the input's dtype";
      refused(bn, call(wide), DTypeError, phrase, [x, out]);
    }
  });

  test('an out over its own parameters and statistics', () => {
    const bn = new Layer(3, { affine: true }).eval();
    for (const [name, tensor] of [...bn.namedParameters(), ...bn.namedBuffers()]) {
      const x = zeros([1, 3, ...shape.slice(2).map(() => 1)]);
      const out = { data: tensor.data, shape: x.shape };
      refused(bn, () => bn.forward(x, { out }), ArgumentError, `out shares memory with ${name}`);
    }
  });

  test.each([true, false])('a part of its input as out, with grad: %s', (grad) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const memory = new Float32Array(size + 1);
    const x = new Tensor(memory.subarray(1), shape);
    const out = new Tensor(memory.subarray(0, size), shape);
    const bn = new Layer(3);
    const message = 'out shares a part of its memory with input: use the same elements or others';
    refused(bn, () => bn.forward(x, { out, grad }), ArgumentError, message, [x, out]);
  });
});

describe('forward refuses', () => {
  const x = ones([4, 3]);

  test.each([
    [{ grad: 1 }, 'grad should be true or false, got 1'],
    [{ grad: null }, 'grad should be true or false, got null'],
    [{ training: true }, "unknown option 'training', the options are residual, out, grad"],
    [true, 'options should be an object of residual, out, grad, got true'],
    [null, 'options should be an object of residual, out, grad, got null'],
    [{ out: 3 }, 'out must be a Tensor'],
    [{ residual: 3 }, 'residual must be a Tensor'],
    [{ residual: [[1, 2, 3]] }, 'residual must be a Tensor'],
  ])('%p as options', (options, message) => {
    const bn = new BatchNorm1d(3);
    refused(bn, () => bn.forward(x, options as never), ArgumentError, message);
  });

  test.each([null, undefined, 1, [[1, 2, 3]], new Float32Array(3)])('%p as input', (input) => {
    const bn = new BatchNorm1d(3);
    refused(
      bn,
      () => bn.forward(input as never),
      ArgumentError,
      'BatchNorm1d: input must be a Tensor',
    );
  });

  test('memory that was taken away, its own included', () => {
    for (const name of ['running_mean', 'running_var', 'weight', 'bias']) {
      for (const training of [true, false]) {
        const bn = new BatchNorm1d(3).train(training);
        const parts = new Map<string, Tensor>([...bn.namedParameters(), ...bn.namedBuffers()]);
        takeAway(parts.get(name) as Tensor);
        const message = `BatchNorm1d: the memory of ${name} is gone: it should hold 3 elements and holds 0`;
        refused(bn, () => bn.forward(x), ArgumentError, message);
      }
    }
    const gone = ones([4, 3]);
    takeAway(gone);
    const bn = new BatchNorm1d(3);
    refused(bn, () => bn.forward(gone), ArgumentError, 'the memory of input is gone');
    const call = () => bn.forward(x, { residual: gone });
    refused(bn, call, ArgumentError, 'the memory of residual is gone');
  });

  test.each(['input', 'residual'] as const)('%s whose memory out takes away', (victim) => {
    const { input, residual } = { input: randn([4, 3]), residual: randn([4, 3]) };
    const out = thiefOf(victim === 'input' ? input : residual);
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    const call = () => bn.forward(input, { residual, out });
    const message = `the memory of ${victim} is gone: it should hold 12 elements and holds 0`;
    refused(bn, call, ArgumentError, message);
  });

  test('a residual whose buffer has shrunk', () => {
    const buffer = new (ArrayBuffer as never as new (n: number, o: object) => never)(48, {
      maxByteLength: 96,
    }) as ArrayBuffer & { resize(bytes: number): void };
    const residual = new Tensor(new Float32Array(buffer), [4, 3]);
    const bn = new BatchNorm1d(3);
    for (const bytes of [44, 96]) {
      buffer.resize(bytes);
      const message = `it should hold 12 elements and holds ${bytes / 4}`;
      refused(bn, () => bn.forward(x, { residual }), ArgumentError, message);
    }
    buffer.resize(48);
    expect(bn.forward(x, { residual }).shape).toEqual([4, 3]);
  });

  test('an object that passes for a Tensor and has other memory each time it is asked: the first is taken', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    const first = new Float32Array(12).fill(7);
    const arrays = [first, new Float32Array(12), new Float32Array(1)];
    const residual = new Proxy(zeros([4, 3]), {
      get: (target, key) =>
        key === 'data' ? (arrays.shift() ?? new Float32Array(0)) : Reflect.get(target, key, target),
    });
    expect(residual).toBeInstanceOf(Tensor);
    const y = bn.forward(x, { residual });
    expect(y.toArray()).toEqual(
      new BatchNorm1d(3, { activation: 'relu' })
        .forward(x, { residual: full([4, 3], 7) })
        .toArray(),
    );
    expect(arrays).toHaveLength(2);
  });
});

test('errors carry their class, name and code', () => {
  const bn = new BatchNorm2d(3);
  const caught = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(caught(() => bn.forward(ones([3])))).toMatchObject({
    name: 'ShapeError',
    code: 'ERR_BATCHNORM_SHAPE',
  });
  expect(caught(() => bn.forward(ones([2, 3, 1, 1], { dtype: 'float64' })))).toMatchObject({
    name: 'DTypeError',
    code: 'ERR_BATCHNORM_DTYPE',
  });
  expect(caught(() => bn.backward(ones([3])))).toMatchObject({
    name: 'ArgumentError',
    code: 'ERR_BATCHNORM_ARGUMENT',
  });
  expect(caught(() => bn.loadStateDict({}))).toMatchObject({
    name: 'StateDictError',
    code: 'ERR_BATCHNORM_STATE_DICT',
  });
});
