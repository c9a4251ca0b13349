import { inspect } from 'node:util';
import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type DTypeOf,
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  Module,
  manualSeed,
  ones,
  randn,
  Sequential,
  ShapeError,
  StateDictError,
  type Tensor,
  type TensorLike,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const kinds = [
  { Lazy: LazyBatchNorm1d, Plain: BatchNorm1d, shape: [4, 3] },
  { Lazy: LazyBatchNorm1d, Plain: BatchNorm1d, shape: [4, 3, 5] },
  { Lazy: LazyBatchNorm2d, Plain: BatchNorm2d, shape: [4, 3, 2, 2] },
  { Lazy: LazyBatchNorm3d, Plain: BatchNorm3d, shape: [4, 3, 2, 2, 2] },
] as const;

describe.each(kinds)('$Lazy.name', ({ Lazy, Plain, shape }) => {
  test('has no channels at first', () => {
    const bn = new Lazy({ eps: 0.5 });
    expect(bn).toBeInstanceOf(Plain);
    expect([bn.numFeatures, bn.numBatchesTracked, bn.eps, bn.training]).toEqual([0, 0, 0.5, true]);
    const shown = `${Lazy.name}(0, eps=0.5, momentum=0.1, affine=True, bias=True, track_running_stats=True)`;
    expect([String(bn), inspect(bn)]).toEqual([shown, shown]);
  });

  test('is the plain layer from its first input on', () => {
    const bn = new Lazy({ eps: 0.5, activation: 'relu', unbiasedRunningVar: false });
    const plain = new Plain(3, { eps: 0.5, activation: 'relu', unbiasedRunningVar: false });
    bn.momentum = 0.25;
    plain.momentum = 0.25;
    const x = randn([...shape]);
    expect(bn.forward(x).data).toEqual(plain.forward(x).data);
    expect([bn.constructor, Object.getPrototypeOf(bn)]).toEqual([Plain, Plain.prototype]);
    expect(bn).not.toBeInstanceOf(Lazy);
    expect(String(bn)).toBe(String(plain));
    expect(bn.stateDict()).toEqual(plain.stateDict());
    expect(bn.backward(x).data).toEqual(plain.backward(x).data);
    expect(bn.weight?.grad).toEqual(plain.weight?.grad);
    const wrong = zeros([4, 5, ...shape.slice(2)]);
    const message = `${Plain.name}: running_mean should contain 5 elements not 3`;
    expectRefused(() => bn.forward(wrong), ShapeError, message);
  });

  test('is the plain layer once it has loaded a state dict', () => {
    const source = new Plain(3, { dtype: 'float64' });
    source.forward(randn([...shape], { dtype: 'float64' }));
    source.weight?.data.set([1, 2, 3]);
    const bn = new Lazy({ dtype: 'float64' }).eval();
    const loaded = bn.loadStateDict(source.stateDict());
    expect(loaded).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect([bn.constructor, bn.numFeatures, bn.numBatchesTracked, bn.training]).toEqual([
      Plain,
      3,
      1,
      false,
    ]);
    expect(bn.stateDict()).toEqual(source.stateDict());
    expect(bn.weight?.data).not.toBe(source.weight?.data);
  });

  test('stays lazy where its first input is refused', () => {
    const bn = new Lazy();
    const single = [1, 3, ...shape.slice(2).map(() => 1)];
    const message = 'Expected more than 1 value per channel when training';
    const refused: [Tensor, typeof ShapeError | typeof ArgumentError, string][] = [
      [randn(single), ShapeError, message],
      [randn([3]), ShapeError, `${Lazy.name}: expected `],
      [randn([...shape, 1, 1]), ShapeError, `${Lazy.name}: expected `],
      [zeros([4, 0, ...shape.slice(2)]), ArgumentError, 'numFeatures should be a positive integer'],
    ];
    for (const [x, type, phrase] of refused) {
      expectRefused(() => bn.forward(x), type, phrase);
      expect([bn.constructor, bn.numFeatures, bn.numBatchesTracked]).toEqual([Lazy, 0, 0]);
    }
    expectRefused(() => bn.forward(null as never), ArgumentError, `${Lazy.name}: input must be`);
    const out = zeros([1]);
    expectRefused(() => bn.forward(randn([...shape]), { out }), ShapeError, 'out should have', [
      out,
    ]);
    // Other channels than those of the inputs that were refused.
    const other = randn([4, 2, ...shape.slice(2)]);
    expect(bn.forward(other).data).toEqual(new Plain(2).forward(other).data);
    expect([bn.constructor, bn.numFeatures]).toEqual([Plain, 2]);
  });
});

describe('a lazy layer', () => {
  const lazy =
    'LazyBatchNorm1d: Attempted to use an uninitialized parameter: it is lazy and has no parameters and buffers before its first input';

  test('does not give or save what it does not have yet', () => {
    const bn = new LazyBatchNorm1d();
    const calls = [
      () => bn.parameters(),
      () => bn.namedParameters(),
      () => bn.buffers(),
      () => bn.stateDict(),
      () => bn.weight,
      () => bn.bias,
      () => bn.runningMean,
      () => bn.runningVar,
    ];
    for (const call of calls) expectRefused(call, ArgumentError, lazy);
    const net = new Sequential(new BatchNorm1d(2), new Sequential(bn));
    for (const call of [() => net.parameters(), () => net.buffers(), () => net.stateDict()]) {
      expectRefused(call, ArgumentError, lazy);
    }
    const message = 'LazyBatchNorm1d: there is no forward pass';
    expectRefused(() => bn.backward(ones([2, 2])), ArgumentError, message);
  });

  test('takes part in all that needs no shape', () => {
    const bn = new LazyBatchNorm1d();
    const net = new Sequential(bn);
    net.zeroGrad();
    bn.resetParameters();
    net.eval();
    expect([net.modules().length, bn.training]).toEqual([2, false]);
    bn.eps = 0.5;
    bn.momentum = null;
    expect(String(net)).toContain(
      '(0): LazyBatchNorm1d(0, eps=0.5, momentum=None, affine=True, bias=True',
    );
  });

  test('has nothing to wait for without parameters and buffers', () => {
    const bn = new LazyBatchNorm1d({ affine: false, trackRunningStats: false });
    expect([bn.parameters(), bn.buffers(), bn.stateDict()]).toEqual([[], [], {}]);
    expect([bn.weight, bn.runningVar, bn.numBatchesTracked]).toEqual([null, null, null]);
    expect(bn.loadStateDict({})).toEqual({ missingKeys: [], unexpectedKeys: [] });
    bn.eval().forward(randn([4, 3]));
    expect([bn.constructor, bn.numFeatures]).toEqual([BatchNorm1d, 3]);
  });

  test('normalizes its first input with running statistics in evaluation', () => {
    const x = randn([1, 3]);
    const bn = new LazyBatchNorm1d().eval();
    expect(bn.forward(x).data).toEqual(new BatchNorm1d(3).eval().forward(x).data);
  });

  test('has its channels from what it finds where strict is false', () => {
    const bn = new LazyBatchNorm1d();
    const { missingKeys } = bn.loadStateDict({ num_batches_tracked: 3 }, { strict: false });
    expect(missingKeys).toEqual(['weight', 'bias', 'running_mean', 'running_var']);
    expect([bn.constructor, bn.numBatchesTracked]).toEqual([LazyBatchNorm1d, 3]);
    bn.loadStateDict({ running_mean: randn([2]) }, { strict: false });
    expect([bn.constructor, bn.numFeatures]).toEqual([BatchNorm1d, 2]);
    expect([...(bn.weight?.data ?? [])]).toEqual([1, 1]);
  });

  test('stays lazy where a state dict is refused, wherever in the tree', () => {
    const bn = new LazyBatchNorm1d();
    const net = new Sequential(bn, new BatchNorm1d(2));
    const dict = new Sequential(new BatchNorm1d(3), new BatchNorm1d(2)).stateDict();
    const cases: [object, string][] = [
      [{ ...dict, '1.weight': zeros([3]) }, 'size mismatch for 1.weight'],
      [
        { ...dict, '0.bias': zeros([2]) },
        'size mismatch for 0.bias: copying a param with shape [2]',
      ],
      [
        { ...dict, '0.weight': zeros([]) },
        '"0.weight": expected one value per channel, got shape []',
      ],
      [{ ...dict, '0.weight': zeros([1, 3]) }, 'expected one value per channel, got shape [1, 3]'],
      [{ ...dict, '0.weight': zeros([0]) }, 'expected one value per channel, got shape [0]'],
      [{ ...dict, '0.extra': zeros([3]) }, 'Unexpected key(s) in state_dict: "0.extra"'],
      [{ weight: zeros([3]) }, 'Missing key(s) in state_dict: "0.weight", "0.bias"'],
    ];
    for (const [wrong, message] of cases) {
      expectRefused(() => net.loadStateDict(wrong as never), StateDictError, message);
      expect([bn.constructor, bn.numFeatures]).toEqual([LazyBatchNorm1d, 0]);
    }
    net.loadStateDict(dict);
    expect([bn.constructor, bn.numFeatures]).toEqual([BatchNorm1d, 3]);
  });

  test('that is there twice becomes one plain layer', () => {
    const bn = new LazyBatchNorm1d();
    const net = new Sequential(bn, bn);
    const plain = new BatchNorm1d(2);
    net.loadStateDict(new Sequential(plain, plain).stateDict());
    expect([bn.constructor, net.parameters().length]).toEqual([BatchNorm1d, 2]);
  });

  test('of a class of the user stays what it is', () => {
    class Noting extends LazyBatchNorm1d {
      seen = 0;
      override forward<Input extends TensorLike>(x: Input): Tensor<DTypeOf<Input>> {
        this.seen++;
        return super.forward(x);
      }
    }
    const bn = new Noting();
    const x = randn([4, 3]);
    expect(bn.forward(x).data).toEqual(new BatchNorm1d(3).forward(x).data);
    bn.forward(x);
    expect([bn.constructor, bn.numFeatures, bn.seen, bn.numBatchesTracked]).toEqual([
      Noting,
      3,
      2,
      2,
    ]);
    expectRefused(
      () => bn.forward(randn([4, 2])),
      ShapeError,
      'Noting: running_mean should contain',
    );
  });

  test('trains as the plain one in a net of the user', () => {
    class Net extends Module {
      constructor(readonly norm: BatchNorm1d) {
        super();
      }
    }
    manualSeed(0);
    const nets = [new Net(new LazyBatchNorm1d()), new Net(new BatchNorm1d(3))];
    const x = randn([8, 3]);
    for (const { norm } of nets) norm.backward(norm.forward(x));
    expect(nets[0]?.stateDict()).toEqual(nets[1]?.stateDict());
    expect(nets[0]?.parameters()).toEqual(nets[1]?.parameters());
  });

  test.each([
    [
      { eps: -1 },
      'LazyBatchNorm2d: batch_norm eps must be non-negative, but got -1: eps should be a finite number >= 0, got -1',
    ],
    [64, 'LazyBatchNorm2d: options should be an object of eps, momentum'],
  ])('refuses %p as options', (options, message) => {
    expectRefused(() => new LazyBatchNorm2d(options as never), ArgumentError, message);
  });
});
