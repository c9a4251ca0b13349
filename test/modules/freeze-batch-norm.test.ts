import {
  ArgumentError,
  BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  FrozenBatchNorm,
  FrozenBatchNorm1d,
  FrozenBatchNorm2d,
  FrozenBatchNorm3d,
  freezeBatchNorm,
  LazyBatchNorm1d,
  Module,
  Parameter,
  randn,
  Sequential,
  type Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway } from '../take-away';

/** A layer with statistics of its own. */
function trained<Layer extends BatchNorm>(layer: Layer, shape: readonly number[]): Layer {
  layer.weight?.data.set([2, -1]);
  layer.bias?.data.set([0.5, 3]);
  layer.forward(randn(shape));
  return layer;
}

class Block extends Module {
  bn: BatchNorm2d | FrozenBatchNorm2d = trained(new BatchNorm2d(2), [4, 2, 3, 3]);
  scale = new Parameter(randn([1]));
}

class Net extends Module {
  block = new Block();
  head = new Sequential(trained(new BatchNorm1d(2, { activation: 'relu' }), [5, 2]));
}

function kinds(module: Module): string[] {
  return module.namedModules().map(([name, inside]) => `${name}: ${inside.constructor.name}`);
}

describe('freezeBatchNorm', () => {
  test('puts a frozen layer in the place of each BatchNorm', () => {
    const net = new Net();
    const { bn } = net.block;
    const x = randn([2, 2, 3, 3]);
    const y = bn.eval().forward(x);
    const head = net.head.at(0);
    const z = head.eval().forward(randn([5, 2]));
    expect(freezeBatchNorm(net)).toBe(net);
    expect(kinds(net)).toEqual([
      ': Net',
      'block: Block',
      'block.bn: FrozenBatchNorm2d',
      'head: Sequential',
      'head.0: FrozenBatchNorm1d',
    ]);
    expect(net.parameters()).toEqual([net.block.scale]);
    net.train();
    expect(net.block.bn.forward(x).data).toEqual(y.data);
    expect(net.head.length).toBe(1);
    expect(net.head.forward(randn([1, 2])).shape).toEqual([1, 2]);
    expect(z.data.every((value) => value >= 0)).toBe(true);
    expect((net.head.at(0) as FrozenBatchNorm1d).activation).toBe('relu');
  });

  test.each([
    [BatchNorm1d, FrozenBatchNorm1d, [4, 2]],
    [BatchNorm2d, FrozenBatchNorm2d, [4, 2, 2, 2]],
    [BatchNorm3d, FrozenBatchNorm3d, [4, 2, 2, 2, 2]],
  ] as const)('returns the frozen layer of a %p itself', (Plain, Frozen, shape) => {
    const options = { eps: 0.5, activation: 'leakyRelu', negativeSlope: 0.3 } as const;
    for (const dtype of ['float32', 'float64'] as const) {
      const bn = new Plain(2, { ...options, dtype });
      bn.forward(randn([...shape], { dtype }));
      const frozen = freezeBatchNorm(bn);
      expect(frozen.constructor).toBe(Frozen);
      expect([frozen.eps, frozen.activation, frozen.negativeSlope, frozen.dtype]).toEqual([
        ...Object.values(options),
        dtype,
      ]);
      const { num_batches_tracked, ...state } = bn.stateDict();
      expect(frozen.stateDict()).toEqual(state);
      const x = randn([...shape], { dtype });
      expect(frozen.forward(x).data).toEqual(bn.eval().forward(x).data);
    }
  });

  test('copies the state: an optimizer that holds the old parameters cannot change it', () => {
    const bn = trained(new BatchNorm1d(2), [4, 2]);
    const held = bn.parameters();
    const frozen = freezeBatchNorm(bn);
    const before = frozen.weight.data.slice();
    for (const { data } of held) data.fill(9);
    bn.resetRunningStats();
    expect(frozen.weight.data).toEqual(before);
    expect([...frozen.runningVar.data]).not.toEqual([1, 1]);
  });

  test('keeps modes, and weight 1 and bias 0 without affine', () => {
    const net = new Sequential(new BatchNorm1d(2, { affine: false }).eval(), new BatchNorm1d(2));
    freezeBatchNorm(net);
    expect([...net].map(({ training }) => training)).toEqual([false, true]);
    const { weight, bias } = net.at(0) as FrozenBatchNorm1d;
    expect([[...weight.data], [...(bias?.data ?? [])]]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test('makes one layer of one that is there twice', () => {
    const bn = new BatchNorm1d(2);
    const net = new Sequential(bn, new Sequential(bn));
    freezeBatchNorm(net);
    const inner = net.at(1) as Sequential;
    expect(net.at(0)).toBeInstanceOf(FrozenBatchNorm1d);
    expect(inner.at(0)).toBe(net.at(0));
  });

  test('goes through a tree that contains itself, and leaves alone what is frozen', () => {
    class Cyclic extends Module {
      bn = new BatchNorm1d(2);
      frozen = new FrozenBatchNorm1d(2);
      itself = this;
    }
    const net = new Cyclic();
    const { frozen } = net;
    freezeBatchNorm(net);
    expect(net.bn).toBeInstanceOf(FrozenBatchNorm);
    expect([net.frozen === frozen, net.itself === net]).toEqual([true, true]);
    const { bn } = net;
    freezeBatchNorm(net);
    expect(net.bn).toBe(bn);
    expect(freezeBatchNorm(frozen)).toBe(frozen);
  });

  test('freezes a class of the user that extends a layer', () => {
    class Mine extends BatchNorm1d {
      extra = new Parameter(randn([1]));
    }
    expect(freezeBatchNorm(new Mine(2))).toBeInstanceOf(FrozenBatchNorm1d);
  });
});

describe('freezeBatchNorm changes nothing where', () => {
  function refused(net: Module, message: string, call = () => freezeBatchNorm(net)): void {
    const before = kinds(net);
    expectRefused(call, ArgumentError, `freezeBatchNorm: ${message}`);
    expect(kinds(net)).toEqual(before);
  }

  test('a layer has no running statistics', () => {
    const bn = new BatchNorm1d(2, { trackRunningStats: false });
    refused(bn, 'BatchNorm1d has no running statistics to freeze');
    refused(
      new Sequential(new BatchNorm1d(2), new Sequential(bn)),
      '1.0 (BatchNorm1d) has no running statistics to freeze',
    );
  });

  test('a layer is lazy, or of another kind', () => {
    const net = new Sequential(new BatchNorm1d(2), new LazyBatchNorm1d());
    refused(net, '1 (LazyBatchNorm1d) is lazy and has no channels before its first input');
    class Other extends BatchNorm {
      constructor() {
        super([2], 3, {});
      }
    }
    refused(new Other(), 'Other is no BatchNorm1d, BatchNorm2d or BatchNorm3d');
  });

  test('the memory of a layer is gone', () => {
    const net = new Sequential(new BatchNorm1d(2), new BatchNorm1d(2));
    const before = kinds(net);
    takeAway((net.at(1) as BatchNorm1d).runningMean as Tensor);
    const message = 'BatchNorm1d: the memory of running_mean is gone';
    expectRefused(() => freezeBatchNorm(net), ArgumentError, message);
    expect(kinds(net)).toEqual(before);
  });

  /** A net whose last BatchNorm is in a field of this kind: the others are frozen before it. */
  function netWith(descriptor: PropertyDescriptor): Module {
    class Last extends Module {}
    const last = new Last();
    Object.defineProperty(last, 'bn', { ...descriptor, enumerable: true });
    return new Sequential(new BatchNorm1d(2), last as never);
  }

  test('a field cannot be set', () => {
    const bn = new BatchNorm1d(2);
    const descriptors: PropertyDescriptor[] = [
      { value: bn, writable: false },
      { get: () => bn },
      { get: () => bn, set: () => {} },
    ];
    for (const descriptor of descriptors) {
      refused(netWith(descriptor), "Last does not let its field 'bn' be set");
    }
    const block = new Block();
    Object.freeze(block);
    refused(block, "Block does not let its field 'bn' be set");
  });

  test('a field throws as it is set', () => {
    const bn = new BatchNorm1d(2);
    const set = () => {
      throw new RangeError('not settable');
    };
    const net = netWith({ get: () => bn, set });
    const before = net.modules();
    expect(() => freezeBatchNorm(net)).toThrow(new RangeError('not settable'));
    expect(net.modules().every((module, i) => module === before[i])).toBe(true);
  });

  test.each([null, undefined, {}, [new BatchNorm1d(1)]])('it is given %p', (module) => {
    const message = 'freezeBatchNorm: expected a Module, got ';
    expectRefused(() => freezeBatchNorm(module as never), ArgumentError, message);
  });
});
