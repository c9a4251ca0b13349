import { inspect } from 'node:util';
import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
  DTypeError,
  FrozenBatchNorm,
  FrozenBatchNorm1d,
  FrozenBatchNorm2d,
  FrozenBatchNorm3d,
  Module,
  type ResidualGradients,
  randn,
  ShapeError,
  StateDictError,
  Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway } from '../take-away';

const kinds = [
  { Frozen: FrozenBatchNorm1d, Plain: BatchNorm1d, shape: [4, 3] },
  { Frozen: FrozenBatchNorm1d, Plain: BatchNorm1d, shape: [4, 3, 5] },
  { Frozen: FrozenBatchNorm2d, Plain: BatchNorm2d, shape: [4, 3, 2, 5] },
  { Frozen: FrozenBatchNorm3d, Plain: BatchNorm3d, shape: [4, 3, 2, 3, 2] },
] as const;

const keys = ['weight', 'bias', 'running_mean', 'running_var'];

const variants: Pick<BatchNormOptions, 'activation' | 'negativeSlope' | 'dtype' | 'eps'>[] = [
  {},
  { dtype: 'float64', eps: 0.5 },
  { activation: 'relu' },
  { activation: 'leakyRelu', negativeSlope: 0.2, dtype: 'float64' },
];

/** A layer in evaluation mode with statistics, weight and bias of its own, and one that is frozen. */
function pair({ Frozen, Plain }: (typeof kinds)[number], options: (typeof variants)[number] = {}) {
  const plain = new Plain(3, options).eval();
  plain.weight?.data.set([1, -2, 0.5]);
  plain.bias?.data.set([0, 0.25, -1]);
  plain.runningMean?.data.set([0.5, -0.25, 2]);
  plain.runningVar?.data.set([2, 0.1, 1]);
  const frozen = new Frozen(3, options);
  frozen.loadStateDict(plain.stateDict());
  return { plain, frozen };
}

describe.each(kinds)('$Frozen.name over $shape', (kind) => {
  const { Frozen, Plain } = kind;
  const shape = [...kind.shape];

  test('holds statistics, scale and shift as buffers', () => {
    const bn = new Frozen(3);
    expect(bn).toBeInstanceOf(Module);
    expect(bn).toBeInstanceOf(FrozenBatchNorm);
    expect([bn.numFeatures, bn.eps, bn.dtype, bn.activation, bn.negativeSlope]).toEqual([
      3,
      1e-5,
      'float32',
      null,
      null,
    ]);
    expect(bn.parameters()).toEqual([]);
    expect(bn.namedBuffers().map(([name]) => name)).toEqual(keys);
    expect(bn.buffers().map(({ data }) => [...data])).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
    ]);
    expect(Object.keys(bn.stateDict())).toEqual(keys);
    expect([bn.weight, bn.bias, bn.runningMean, bn.runningVar]).toEqual(bn.buffers());
  });

  test.each(variants)('gives what a BatchNorm gives in evaluation: %p', (options) => {
    const { plain, frozen } = pair(kind, options);
    for (const memoryFormat of ['contiguous', 'channelsLast'] as const) {
      const { dtype } = options;
      const x = randn(shape, { dtype, memoryFormat });
      const gradOutput = randn(shape, { dtype, memoryFormat });
      for (const training of [true, false]) {
        frozen.train(training);
        const y = frozen.forward(x, { grad: true });
        const expected = plain.forward(x, { grad: true });
        expect([y.data, y.memoryFormat]).toEqual([expected.data, memoryFormat]);
        expect(frozen.backward(gradOutput).data).toEqual(plain.backward(gradOutput).data);
      }
    }
    expect(frozen.buffers().map(({ data }) => data)).toEqual(
      [...plain.parameters(), ...plain.buffers()].map(({ data }) => data),
    );
  });

  test.each(variants)('adds a residual and writes over its inputs: %p', (options) => {
    const { plain, frozen } = pair(kind, options);
    const { dtype } = options;
    const x = randn(shape, { dtype });
    const residual = randn(shape, { dtype });
    const gradOutput = randn(shape, { dtype });
    const expected = plain.forward(x, { residual, grad: true });
    const gradients = plain.backward<ResidualGradients>(gradOutput);
    const [out, outGradient, outResidual] = [
      x.clone(),
      gradOutput.clone(),
      zeros(shape, { dtype }),
    ];
    expect(frozen.forward(out, { residual, out })).toBe(out);
    expect(out.data).toEqual(expected.data);
    const { gradInput, gradResidual } = frozen.backward(outGradient, {
      out: outGradient,
      outResidual,
    });
    expect([gradInput, gradResidual]).toEqual([outGradient, outResidual]);
    expect(gradInput.data).toEqual(gradients.gradInput.data);
    expect(gradResidual.data).toEqual(gradients.gradResidual.data);
  });

  test('takes one value per channel and none', () => {
    const { plain, frozen } = pair(kind);
    const x = randn([1, 3, ...shape.slice(2).map(() => 1)]);
    expect(frozen.forward(x).data).toEqual(plain.forward(x).data);
    const none = [0, ...shape.slice(1)];
    expect(frozen.forward(zeros(none)).shape).toEqual(none);
    expect(frozen.backward(zeros(none)).shape).toEqual(none);
  });

  test('prints as torchvision prints it', () => {
    const { name } = Frozen;
    expect(String(new Frozen(64))).toBe(`${name}(64, eps=1e-05)`);
    expect(inspect(new Frozen(64, { activation: 'relu', eps: 0 }))).toBe(
      `${name}(64, eps=0.0, activation=relu)`,
    );
    expect(String(new Frozen(2, { activation: 'leakyRelu' }))).toBe(
      `${name}(2, eps=1e-05, activation=leaky_relu, negative_slope=0.01)`,
    );
  });

  test('refuses inputs that do not fit, and names itself', () => {
    const frozen = new Frozen(3);
    const wrong = zeros([4, 5, ...shape.slice(2)]);
    const said = expectRefused(() => frozen.forward(wrong), ShapeError, 'numFeatures is 3');
    expect(said).toContain(`${Frozen.name}: running_mean should contain 5 elements not 3`);
    expectRefused(() => frozen.forward(zeros([3])), ShapeError, `${Frozen.name}: expected `);
    const wide = zeros(shape, { dtype: 'float64' });
    expectRefused(() => frozen.forward(wide), DTypeError, 'expected scalar type float64');
    const missing = `${Frozen.name}: there is no forward pass to go backward through`;
    expectRefused(() => frozen.backward(zeros(shape)), ArgumentError, missing);
    frozen.eval().forward(zeros(shape));
    expectRefused(() => frozen.backward(zeros(shape)), ArgumentError, missing);
    frozen.train().forward(zeros(shape));
    expectRefused(() => frozen.backward(wide), DTypeError, 'expected scalar type float32');
    expectRefused(() => frozen.backward(wrong), ShapeError, 'gradOutput should have the input');
    expect(frozen.backward(zeros(shape)).shape).toEqual(shape);
    expectRefused(() => frozen.backward(zeros(shape)), ArgumentError, missing);
  });

  test('is made as BatchNorm is, and refuses what that refuses', () => {
    const refused: [unknown, string][] = [
      [
        { eps: -1 },
        'batch_norm eps must be non-negative, but got -1: eps should be a finite number >= 0, got -1',
      ],
      [{ activation: 'gelu' }, "activation should be 'relu', 'leakyRelu' or null"],
      [{ negativeSlope: 1 }, "negativeSlope goes with activation: 'leakyRelu' alone"],
      [
        { momentum: 0.1 },
        "unknown option 'momentum', the options are eps, bias, dtype, activation",
      ],
      [1e-5, 'options should be an object of eps, bias, dtype, activation, negativeSlope'],
    ];
    for (const [options, message] of refused) {
      const make = () => new Frozen(3, options as never);
      expectRefused(make, ArgumentError, `${Frozen.name}: ${message}`);
    }
    const message = `${Frozen.name}: numFeatures should be a positive integer, got 0`;
    expectRefused(() => new Frozen(0), ArgumentError, message);
    expectRefused(() => new Frozen(3, { dtype: 'int8' as never }), DTypeError, "got 'int8'");
    expect(String(new Frozen(3, { eps: undefined, dtype: undefined }))).toContain('eps=1e-05');
    expect(Plain.name).toBe(Frozen.name.replace('Frozen', ''));
  });
});

describe('backward of a frozen layer', () => {
  test('needs nothing of the input, which may be gone', () => {
    for (const activation of [null, 'relu'] as const) {
      const bn = new FrozenBatchNorm1d(3, { activation });
      bn.weight.data.set([1, -2, 0.5]);
      const same = freshCopy(bn);
      const x = randn([4, 3]);
      const gradOutput = randn([4, 3]);
      same.forward(x);
      bn.forward(x);
      takeAway(x);
      expect(bn.backward(gradOutput).data).toEqual(same.backward(gradOutput).data);
    }
  });

  test('goes through the last forward alone, once, with the statistics and mask of then', () => {
    const bn = new FrozenBatchNorm1d(3, { activation: 'relu' });
    const gradOutput = randn([4, 3]);
    bn.forward(randn([64, 3]));
    const y = bn.forward(randn([4, 3]));
    bn.runningVar.data.fill(100);
    const scale = 1 / Math.sqrt(1 + 1e-5);
    const expected = gradOutput.data.map((g, i) => (y.data[i] === 0 ? 0 : g * scale));
    const dx = bn.backward(gradOutput);
    for (const [i, value] of dx.data.entries()) expect(value).toBeCloseTo(expected[i] as number, 6);
    const message = 'FrozenBatchNorm1d: there is no forward pass to go backward through';
    expectRefused(() => bn.backward(gradOutput), ArgumentError, message);
  });

  test('refuses an out that does not fit, and can be made again', () => {
    const bn = new FrozenBatchNorm1d(3);
    const gradOutput = randn([4, 3]);
    bn.forward(randn([4, 3]));
    const call = (out: Tensor) => () => bn.backward(gradOutput, { out });
    expectRefused(call(zeros([3, 4])), ShapeError, "out should have the input's shape [4, 3]");
    expectRefused(
      call(zeros([4, 3], { dtype: 'float64' })),
      DTypeError,
      'out should have the input',
    );
    const part = new Tensor(new Float32Array(gradOutput.data.buffer, 0, 12), [4, 3]);
    expect(bn.backward(gradOutput, { out: part })).toBe(part);
    bn.forward(randn([1, 3]));
    const weight = { data: bn.weight.data, shape: [1, 3] };
    const shared = () => bn.backward(randn([1, 3]), { out: weight });
    expectRefused(shared, ArgumentError, 'out shares memory with weight');
  });
});

function freshCopy(bn: FrozenBatchNorm1d): FrozenBatchNorm1d {
  const { numFeatures, activation } = bn;
  const copy = new FrozenBatchNorm1d(numFeatures, { activation });
  copy.loadStateDict(bn.stateDict());
  return copy;
}

describe('the state dict of a frozen layer', () => {
  test('passes over the count of a BatchNorm, whatever it is', () => {
    const bn = new FrozenBatchNorm2d(2);
    const dict = new BatchNorm2d(2).stateDict();
    for (const count of [3, 3n, { data: BigInt64Array.of(3n) }, -1, 'three']) {
      const loaded = bn.loadStateDict({ ...dict, num_batches_tracked: count as never });
      expect(loaded).toEqual({ missingKeys: [], unexpectedKeys: [] });
    }
    expect(Object.keys(bn.stateDict())).toEqual(keys);
    expect(bn.loadStateDict(bn.stateDict()).missingKeys).toEqual([]);
  });

  test('without weight and bias needs strict: false, as in torchvision', () => {
    const source = new BatchNorm2d(2, { affine: false });
    source.forward(randn([4, 2, 2, 2]));
    const bn = new FrozenBatchNorm2d(2);
    const message = 'Missing key(s) in state_dict: "weight", "bias".';
    expectRefused(
      () => bn.loadStateDict(source.stateDict()),
      StateDictError,
      message,
      bn.buffers(),
    );
    const { missingKeys } = bn.loadStateDict(source.stateDict(), { strict: false });
    expect(missingKeys).toEqual(['weight', 'bias']);
    const x = randn([1, 2, 2, 2]);
    expect(bn.forward(x).data).toEqual(source.eval().forward(x).data);
  });

  test('loads into a BatchNorm, which has counted no batch then', () => {
    const bn = new BatchNorm2d(2);
    bn.loadStateDict(new FrozenBatchNorm2d(2).stateDict());
    expect(bn.numBatchesTracked).toBe(0);
  });
});

test('memory that was taken away is named', () => {
  for (const key of keys) {
    const bn = new FrozenBatchNorm1d(3);
    takeAway(new Map(bn.namedBuffers()).get(key) as Tensor);
    const message = `FrozenBatchNorm1d: the memory of ${key} is gone`;
    expectRefused(() => bn.forward(randn([2, 3])), ArgumentError, message);
    expectRefused(() => bn.stateDict(), ArgumentError, message);
  }
});

test.each(['weight', 'bias', 'runningMean', 'runningVar', 'eps', 'activation'] as const)(
  '%s cannot be replaced, from JavaScript either',
  (name) => {
    const bn = new FrozenBatchNorm1d(3);
    const before = bn[name];
    expect(Reflect.set(bn, name, new Tensor(new Float32Array(1), [1]))).toBe(false);
    expect(bn[name]).toBe(before);
  },
);

test('the abstract class cannot be made', () => {
  const make = () => Reflect.construct(FrozenBatchNorm as never, [3]);
  expectRefused(make, ArgumentError, 'FrozenBatchNorm is abstract: make a FrozenBatchNorm1d');
});
