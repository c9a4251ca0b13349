import { deserialize, serialize } from 'node:v8';
import * as library from 'batchnorm';
import {
  ArgumentError,
  BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  type DType,
  FrozenBatchNorm2d,
  GroupNorm,
  Identity,
  InstanceNorm1d,
  LayerNorm,
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyInstanceNorm2d,
  LocalResponseNorm,
  Module,
  ModuleDict,
  ModuleList,
  ones,
  Parameter,
  RMSNorm,
  randn,
  Sequential,
  type SharedHandle,
  StateDictError,
  Tensor,
  zeros,
} from 'batchnorm';
import { isShared } from '../../lib/tensor/shared';
import { expectRefused } from '../expect-refused';
import { takeAway, thiefOf } from '../take-away';

/** A handle as another thread gets it: new objects over the same memory. */
function sent(handle: SharedHandle): SharedHandle {
  return structuredClone(handle);
}

class Net extends Module {
  norm = new BatchNorm1d(3, { activation: 'relu' });
  again = this.norm;
  head = new Sequential(new LayerNorm(3), new Identity(), new RMSNorm(3, { dtype: 'float64' }));
  scale = new Parameter(randn([2, 3, 2], { memoryFormat: 'channelsLast' }));
  tied = this.scale;
  seen = this.registerBuffer('seen', zeros([4]));
  scratch = this.registerBuffer('scratch', ones([2]), { persistent: false });
  absent = this.registerBuffer('absent', null);
}

function tensors(module: Module): Tensor[] {
  return [...module.parameters(), ...module.buffers()];
}

describe('share', () => {
  test('moves parameters and buffers, which stay the same tensors, into shared memory', () => {
    const net = new Net();
    net.norm.forward(randn([5, 3]));
    const before = tensors(net);
    const values = before.map(({ data }) => [...data]);
    const shown = String(net);
    net.share();
    const after = tensors(net);
    expect(after.every((tensor, i) => tensor === before[i])).toBe(true);
    expect(after.map(({ data }) => isShared(data))).toEqual(Array(10).fill(true));
    expect(after.map(({ data }) => [...data])).toEqual(values);
    expect([net.norm.numBatchesTracked, String(net)]).toEqual([1, shown]);
    expect(net.scale).toMatchObject({ memoryFormat: 'channelsLast', dtype: 'float32' });
  });

  test('leaves gradients and what backward needs', () => {
    const bn = new BatchNorm1d(3);
    const other = new BatchNorm1d(3);
    const x = randn([4, 3]);
    const dy = randn([4, 3]);
    for (const layer of [bn, other]) {
      layer.forward(x);
      layer.backward(dy);
      layer.forward(x);
    }
    bn.share();
    expect(bn.backward(dy).data).toEqual(other.backward(dy).data);
    expect(bn.weight?.grad?.data).toEqual(other.weight?.grad?.data);
    expect(isShared(bn.weight?.grad?.data as Float32Array)).toBe(false);
  });

  test('computes the same as before', () => {
    const bn = new BatchNorm2d(3, { momentum: null });
    const other = new BatchNorm2d(3, { momentum: null });
    bn.share();
    for (let step = 0; step < 3; step++) {
      const x = randn([4, 3, 5, 5]);
      expect(bn.forward(x).data).toEqual(other.forward(x).data);
    }
    expect([...(bn.runningVar?.data ?? [])]).toEqual([...(other.runningVar?.data ?? [])]);
    expect(bn.numBatchesTracked).toBe(3);
    bn.resetRunningStats();
    expect(bn.numBatchesTracked).toBe(0);
    expect(bn.loadStateDict(other.stateDict()).missingKeys).toEqual([]);
    expect(bn.numBatchesTracked).toBe(3);
    const x = Tensor.shared([4, 3, 5, 5]);
    expect(bn.eval().forward(x, { out: x })).toBe(x);
    const out = { data: bn.weight?.data as Float32Array, shape: [1, 3, 1, 1] };
    const single = zeros([1, 3, 1, 1]);
    expectRefused(
      () => bn.forward(single, { out }),
      ArgumentError,
      'out shares memory with weight',
    );
    const clone = structuredClone(out);
    expectRefused(() => bn.forward(single, { out: clone }), ArgumentError, 'shares memory');
  });

  test('gives the same memory again', () => {
    const net = new Net();
    const first = sent(net.share());
    const arrays = tensors(net).map(({ data }) => data);
    const second = net.share();
    expect(tensors(net).every(({ data }, i) => data === arrays[i])).toBe(true);
    const early = new Net().useShared(first);
    const late = new Net().useShared(second);
    early.seen?.data.fill(7);
    early.norm.forward(randn([4, 3]));
    expect([...(late.seen?.data ?? [])]).toEqual([7, 7, 7, 7]);
    expect([late.norm.numBatchesTracked, net.norm.numBatchesTracked]).toEqual([1, 1]);
  });

  test('keeps a part that is in shared memory already', () => {
    const norm = new BatchNorm1d(3);
    const inner = norm.share();
    const scale = new Parameter(Tensor.shared([2]));
    const { data } = scale;
    class Outer extends Module {
      norm = norm;
      scale = scale;
    }
    Object.freeze(scale);
    new Outer().share();
    expect(scale.data).toBe(data);
    norm.weight?.data.fill(5);
    expect(BatchNorm1d.fromShared(inner).weight?.toArray()).toEqual([5, 5, 5]);
  });

  test('keeps tensors over one memory together, wherever they lie in it', () => {
    class Views extends Module {
      memory = new ArrayBuffer(80);
      all = new Parameter({ data: new Float32Array(this.memory, 4, 9), shape: [3, 3] });
      part = new Parameter({ data: new Float32Array(this.memory, 12, 2), shape: [2] });
      twice = this.registerBuffer('twice', this.part.to({}).reshape([2]));
      wide = new Parameter({ data: new Float64Array(this.memory, 32, 1), shape: [1] });
      apart = new Parameter({ data: new Float32Array(this.memory, 40, 1), shape: [1] });
      alone = new Parameter(ones([3]));
      empty = new Parameter(zeros([0]));
    }
    const source = new Views();
    source.all.data.set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    source.apart.data[0] = 10;
    const number = source.wide.item();
    const handle = source.share();
    for (const views of [source, new Views().useShared(sent(handle))]) {
      expect([...views.all.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect([views.wide.item(), views.apart.item()]).toEqual([number, 10]);
      views.all.data[2] = 30;
      expect([views.part.data[0], views.twice?.data[0]]).toEqual([30, 30]);
      views.all.data.fill(0, 7, 9);
      expect(views.wide.item()).toBe(0);
      views.all.data.set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect([...views.alone.data, views.apart.item()]).toEqual([1, 1, 1, 10]);
    }
  });

  test('refuses a lazy layer, lost memory and frozen tensors, and changes nothing', () => {
    const norm = new BatchNorm1d(2);
    const lazy = new Sequential(norm, new LazyBatchNorm1d());
    expectRefused(
      () => lazy.share(),
      ArgumentError,
      'LazyBatchNorm1d: Attempted to use an uninitialized parameter: it is lazy and has no',
    );
    const lost = new Sequential(norm, new BatchNorm1d(2));
    takeAway((lost.at(1) as BatchNorm1d).bias as Parameter);
    expectRefused(() => lost.share(), ArgumentError, 'Sequential: the memory of 1.bias is gone');
    const frozen = new Sequential(norm, new BatchNorm1d(2));
    Object.freeze((frozen.at(1) as BatchNorm1d).bias);
    expectRefused(() => frozen.share(), ArgumentError, 'Sequential: 1.bias is frozen');
    expect(tensors(norm).map(({ data }) => isShared(data))).toEqual(Array(4).fill(false));
  });

  test('takes an empty parameter whose memory was taken away', () => {
    class Empty extends Module {
      none = new Parameter(zeros([0, 3]));
    }
    const net = new Empty();
    takeAway(net.none);
    net.share();
    expect(isShared(net.none.data)).toBe(true);
  });
});

/** A layer of each class of ours, with no option as it is by itself. */
const layers: Record<string, () => Module> = {
  ...each('BatchNorm', (dtype) => [
    3,
    {
      eps: 0.5,
      momentum: null,
      dtype,
      unbiasedRunningVar: false,
      activation: 'leakyRelu',
      negativeSlope: 0.25,
    },
  ]),
  ...each('LazyBatchNorm', (dtype) => [
    { eps: 0.5, affine: false, trackRunningStats: false, dtype, activation: 'relu' },
  ]),
  ...each('FrozenBatchNorm', (dtype) => [
    3,
    { eps: 0.5, dtype, activation: 'leakyRelu', negativeSlope: 2 },
  ]),
  ...each('InstanceNorm', (dtype) => [
    3,
    { eps: 0.5, momentum: 0.5, affine: true, trackRunningStats: true, dtype },
  ]),
  ...each('LazyInstanceNorm', () => [{ eps: 0.5, affine: false, trackRunningStats: false }]),
  GroupNorm: () => new GroupNorm(2, 4, { eps: 0.5, dtype: 'float64' }),
  LayerNorm: () => new LayerNorm([2, 3], { eps: 0.5, bias: false, dtype: 'float64' }),
  LocalResponseNorm: () => new LocalResponseNorm(3, { alpha: 0.5, beta: 0.5, k: 2 }),
  RMSNorm: () => new RMSNorm([2, 3], { eps: 0.5, dtype: 'float64' }),
  Identity: () => new Identity(),
  Sequential: twice,
  ModuleList: () => new ModuleList<Module>([...twice(), new ModuleList()]),
  ModuleDict: () =>
    new ModuleDict<Module>({ b: twice(), '1': new ModuleDict(), a: new Identity() }),
};

/** Has the same layer at three places. */
function twice(): Sequential {
  const bn = new BatchNorm1d(3);
  return new Sequential(bn, new Sequential(new LayerNorm(3), bn), new Sequential(), bn);
}

function each(name: string, args: (dtype: DType) => unknown[]): Record<string, () => Module> {
  const kinds = ['1d', '2d', '3d'].map((dims, i) => {
    const Layer = classOf(name + dims);
    return [name + dims, () => new Layer(...args(i === 0 ? 'float64' : 'float32'))] as const;
  });
  return Object.fromEntries(kinds);
}

type LayerClass = { readonly prototype: Module } & (new (
  ...args: unknown[]
) => Module) &
  Pick<typeof Module, 'fromShared'>;

function classOf(name: string): LayerClass {
  return (library as unknown as Record<string, LayerClass>)[name] as LayerClass;
}

/** All that a user can see of a module. */
function seen(module: Module): unknown {
  const own = module.modules().map((inside) => {
    const prototypes = [];
    let proto = Object.getPrototypeOf(inside);
    for (; proto !== Module.prototype; proto = Object.getPrototypeOf(proto)) prototypes.push(proto);
    const names = prototypes.flatMap((proto) =>
      Object.entries(Object.getOwnPropertyDescriptors(proto))
        .filter(([, { get }]) => get !== undefined)
        .map(([name]) => name),
    );
    const fields = Object.keys(inside).filter((name) => !/^\d+$/.test(name));
    return [...names, ...fields].map((name) => {
      const value: unknown = Reflect.get(inside, name);
      return [name, value instanceof Tensor ? value.toArray() : value];
    });
  });
  return { own, shown: String(module), state: Object.keys(module.stateDict()) };
}

describe('fromShared', () => {
  test('is tested for every layer', () => {
    const abstract = ['Module', 'BatchNorm', 'FrozenBatchNorm', 'InstanceNorm'];
    const names = Object.entries(library)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Module)
      .map(([name]) => name);
    expect([...Object.keys(layers), ...abstract.slice(1)].sort()).toEqual(names.sort());
  });

  test.each(Object.entries(layers))('makes a %s with the same options and memory', (name, make) => {
    const layer = make();
    for (const [i, tensor] of tensors(layer).entries()) tensor.data.fill(i + 2);
    if (layer.modules().length > 1) layer.modules()[1]?.eval();
    const handle = sent(layer.share());
    const copy = classOf(name).fromShared(handle);
    expect(copy.constructor).toBe(layer.constructor);
    expect(seen(copy)).toEqual(seen(layer));
    expect(copy.modules().map(({ training }) => training)).toEqual(
      layer.modules().map(({ training }) => training),
    );
    expect(tensors(copy).map(({ data }) => [...data])).toEqual(
      tensors(layer).map(({ data }) => [...data]),
    );
    for (const tensor of tensors(layer)) tensor.data.fill(9);
    for (const { data } of tensors(copy)) expect([...data]).toEqual(Array(data.length).fill(9));
    // The classes that it extends take it, too.
    expect(Module.fromShared(handle).constructor).toBe(layer.constructor);
    expect(seen(classOf(name).fromShared(layer.eval().share()))).toEqual(seen(layer));
  });

  test('knows what was changed since the layer was made', () => {
    const bn = new BatchNorm1d(3);
    bn.eps = 0.25;
    bn.momentum = 0.75;
    bn.trackRunningStats = false;
    const copy = BatchNorm1d.fromShared(sent(bn.eval().share()));
    expect(copy).toMatchObject({
      eps: 0.25,
      momentum: 0.75,
      trackRunningStats: false,
      training: false,
      numBatchesTracked: 0,
    });
    const once = new LazyBatchNorm2d();
    once.forward(randn([2, 3, 4, 4]));
    expect(BatchNorm2d.fromShared(once.share()).numBatchesTracked).toBe(1);
  });

  test('computes the same, and trains the same statistics', () => {
    const bn = new BatchNorm2d(3, { activation: 'relu' });
    bn.weight?.data.set([1, 2, 3]);
    const copy: BatchNorm = BatchNorm.fromShared(sent(bn.share()));
    expect(copy).toBeInstanceOf(BatchNorm2d);
    const x = randn([4, 3, 5, 5]);
    copy.forward(x);
    expect([bn.numBatchesTracked, copy.numBatchesTracked]).toEqual([1, 1]);
    expect(bn.eval().forward(x).data).toEqual(copy.eval().forward(x).data);
    bn.loadStateDict(new BatchNorm2d(3).stateDict());
    expect(copy.numBatchesTracked).toBe(0);
    expect(copy.forward(x).data).toEqual(
      new BatchNorm2d(3, { activation: 'relu' }).eval().forward(x).data,
    );
  });

  test('keeps a layer that is there twice one layer', () => {
    const copy = Sequential.fromShared(sent(twice().share()));
    expect(copy.at(0)).toBe(copy.at(3));
    expect((copy.at(1) as Sequential).at(1)).toBe(copy.at(0));
    expect(copy.length).toBe(4);
  });

  test('refuses other classes than the one it is called on', () => {
    const handle = new BatchNorm1d(3).share();
    const message = 'BatchNorm2d.fromShared: the handle is of a BatchNorm1d';
    expectRefused(() => BatchNorm2d.fromShared(handle), ArgumentError, message);
    class Mine extends BatchNorm1d {}
    expectRefused(() => Mine.fromShared(handle), ArgumentError, 'the handle is of a BatchNorm1d');
    class WithOthers extends Module {}
    const extended = new BatchNorm1d(3) as BatchNorm1d & { more: Module };
    extended.more = new WithOthers();
    const gap = new Sequential(new Identity(), new Identity());
    delete gap[0];
    const cases: [Module, string][] = [
      [new Net(), "Net is no class of batchnorm's"],
      [new Mine(3), "Mine is no class of batchnorm's"],
      [new Sequential(new Identity(), new Mine(3) as never), "Mine is no class of batchnorm's"],
      [extended, "WithOthers is no class of batchnorm's"],
      [gap, 'the Sequential has modules in fields of its own'],
    ];
    for (const [module, why] of cases) {
      const said = expectRefused(
        () => Module.fromShared(module.share()),
        ArgumentError,
        `Module.fromShared: ${why}`,
      );
      expect(said).toContain('make one as it was made, and call its useShared(handle)');
    }
    extended.more = new Identity();
    expectRefused(
      () => BatchNorm1d.fromShared(extended.share()),
      ArgumentError,
      'the BatchNorm1d has modules in fields of its own',
    );
  });

  test('refuses state that the layer has not', () => {
    const bn = new BatchNorm1d(3);
    bn.registerBuffer('extra', zeros([1]));
    expectRefused(
      () => BatchNorm1d.fromShared(bn.share()),
      StateDictError,
      'BatchNorm1d.fromShared:\n\tUnexpected key(s) in the handle: "extra".',
    );
  });
});

describe('useShared', () => {
  test('puts a module of the same structure over the memory of another', () => {
    const net = new Net();
    const copy = new Net().eval();
    const before = tensors(copy);
    expect(copy.useShared(sent(net.share()))).toBe(copy);
    expect(tensors(copy).every((tensor, i) => tensor === before[i])).toBe(true);
    expect(copy.tied).toBe(copy.scale);
    expect(copy.scale.toArray()).toEqual(net.scale.toArray());
    expect([copy.training, copy.norm.training]).toEqual([false, false]);
    net.scratch?.data.fill(3);
    net.tied.data.fill(4);
    expect([copy.scratch?.data[0], copy.scale.data[0]]).toEqual([3, 4]);
    const loaded = new Net();
    loaded.loadStateDict(new Net().stateDict());
    net.loadStateDict(loaded.stateDict());
    expect(copy.stateDict()).toEqual(loaded.stateDict());
  });

  test('goes from one memory to another', () => {
    const [first, second] = [new BatchNorm1d(2), new BatchNorm1d(2)];
    second.weight?.data.fill(2);
    const copy = BatchNorm1d.fromShared(first.share());
    copy.useShared(second.share());
    copy.bias?.data.fill(8);
    expect([copy.weight?.data[0], second.bias?.data[0], first.bias?.data[0]]).toEqual([2, 8, 0]);
  });

  test('gives a lazy layer its channels', () => {
    const net = new Sequential(new BatchNorm2d(5), new InstanceNorm1d(4, { affine: true }));
    (net.at(0) as BatchNorm2d).weight?.data.fill(6);
    class Lazy extends Module {
      0 = new LazyBatchNorm2d();
      1 = new InstanceNorm1d(4, { affine: true });
    }
    const copy = new Lazy().useShared(sent(net.share()));
    expect([copy[0].constructor, copy[0].numFeatures]).toEqual([BatchNorm2d, 5]);
    expect(copy[0].weight?.data).toEqual((net.at(0) as BatchNorm2d).weight?.data);
    copy[0].forward(randn([2, 5, 2, 2]));
    expect((net.at(0) as BatchNorm2d).numBatchesTracked).toBe(1);
    const lazy = new LazyInstanceNorm2d();
    const handle = new LayerNorm([2, 3]).share();
    expectRefused(() => lazy.useShared(handle), StateDictError, 'one value per channel, got shape');
    expect(lazy.numFeatures).toBe(0);
  });

  test('takes a FrozenBatchNorm over the memory of another', () => {
    const frozen = new FrozenBatchNorm2d(3);
    const copy = new FrozenBatchNorm2d(3).useShared(sent(frozen.share()));
    frozen.runningVar.data.fill(4);
    expect([...copy.runningVar.data]).toEqual([4, 4, 4]);
  });

  test('lists everything that does not fit, and changes nothing', () => {
    class Other extends Module {
      0 = new BatchNorm1d(4, { affine: false });
      1 = new LayerNorm(3, { dtype: 'float64' });
      2 = new Parameter(zeros([2, 3, 2]));
      extra = new Parameter(zeros([1]));
    }
    class These extends Module {
      0 = new BatchNorm1d(3);
      1 = new LayerNorm(3);
      2 = new Parameter(zeros([2, 3, 2], { memoryFormat: 'channelsLast' }));
    }
    const module = new Other();
    const said = expectRefused(
      () => module.useShared(new These().share()),
      StateDictError,
      'Error(s) in sharing the state of Other:',
      tensors(module),
    );
    expect(said.split('\n\t').slice(1)).toEqual([
      'Missing key(s) in the handle: "extra".',
      'Unexpected key(s) in the handle: "0.weight", "0.bias".',
      'For "2": the shared one has memoryFormat channelsLast, that in current model contiguous: make both modules alike',
      'For "0.running_mean": size mismatch: the shared one has shape [3], the shape in current model is [4]',
      'For "0.running_var": size mismatch: the shared one has shape [3], the shape in current model is [4]',
      'For "1.weight": the shared one has dtype float32, that in current model float64: make both modules alike',
      'For "1.bias": the shared one has dtype float32, that in current model float64: make both modules alike',
    ]);
    expect(tensors(module).map(({ data }) => isShared(data))).toEqual(Array(6).fill(false));
  });

  test('refuses memory of its own for a tensor that is tied here', () => {
    class Free extends Module {
      a = new Parameter(zeros([2]));
      b = new Parameter(ones([2]));
      c = new BatchNorm1d(2);
      d = new BatchNorm1d(2);
    }
    class Tied extends Module {
      a = new Parameter(zeros([2]));
      b = this.a;
      c = new BatchNorm1d(2);
      d = this.c;
    }
    const message = 'For "b": here it is tied to one before it';
    const said = expectRefused(
      () => new Tied().useShared(sent(new Free().share())),
      StateDictError,
      message,
    );
    expect(said).toContain('"d.num_batches_tracked"');
    const free = new Free().useShared(sent(new Tied().share()));
    free.a.data.fill(3);
    expect([...free.b.data]).toEqual([3, 3]);
  });
});

describe('a handle that is none', () => {
  const good = () => new BatchNorm1d(3).share() as unknown as Record<string, unknown>;
  const withTensor = (value: unknown) => {
    const handle = good();
    return { ...handle, tensors: { ...(handle.tensors as object), weight: value } };
  };
  const withLayer = (layer: unknown) => ({ ...good(), layers: [layer] });
  const layerOf = (changes: object) => {
    const [layer] = good().layers as object[];
    return { ...layer, ...changes };
  };
  const throughJson = () =>
    JSON.parse(JSON.stringify(good(), (_, v) => (typeof v === 'bigint' ? Number(v) : v)));
  const shared = (elements: number) => new Float32Array(new SharedArrayBuffer(4 * elements));

  const everywhere: [string, () => unknown, string][] = [
    ['nothing', () => undefined, 'expected a handle that share() gave'],
    ['a number', () => 3, 'got 3'],
    ['a state dict', () => new BatchNorm1d(3).stateDict(), 'got another object'],
    ['one gone through JSON', throughJson, 'must be a Float32Array'],
    [
      'one sent to another process',
      () => deserialize(serialize(good())),
      'its memory is not shared: send the handle by postMessage or workerData',
    ],
    ['another version', () => ({ ...good(), version: 2 }), 'the handle is of version 2, but'],
    ['no tensors', () => ({ ...good(), tensors: null }), 'got a part of one'],
    ['no counters', () => ({ ...good(), counters: 1 }), 'got a part of one'],
    [
      'a missing tensor',
      () => ({ ...good(), tensors: {} }),
      'Missing key(s) in the handle: "weight"',
    ],
    ['a missing counter', () => ({ ...good(), counters: {} }), '"num_batches_tracked"'],
    [
      'one more tensor',
      () => ({ ...good(), counters: { ...(good().counters as object), x: 1 } }),
      'Unexpected key(s) in the handle: "x"',
    ],
    ['memory too short', () => withTensor({ data: shared(2), shape: [3] }), 'data has 2 elements'],
    ['another shape', () => withTensor({ data: shared(4), shape: [4] }), 'size mismatch'],
    ['memory of its own', () => withTensor(ones([3])), 'its memory is not shared'],
    [
      'bytes',
      () => withTensor({ data: new Uint8Array(shared(3).buffer), shape: [12] }),
      'must be a Float32Array',
    ],
    [
      'a proxy of an array',
      () => withTensor({ data: new Proxy(shared(3), {}), shape: [3] }),
      'must be a Float32Array',
    ],
    ['null', () => withTensor(null), 'weight must be a Tensor'],
    [
      'a private counter',
      () => ({ ...good(), counters: { num_batches_tracked: new BigInt64Array(1) } }),
      'its memory is not shared',
    ],
    [
      'a counter of two',
      () => ({
        ...good(),
        counters: { num_batches_tracked: new BigInt64Array(new SharedArrayBuffer(16)) },
      }),
      'expected a BigInt64Array of one count',
    ],
    ['a number as counter', () => ({ ...good(), counters: { num_batches_tracked: 3 } }), 'got 3'],
  ];

  test.each(everywhere)('%s is refused', (_, handle, message) => {
    const bn = new BatchNorm1d(3);
    for (const call of [
      () => bn.useShared(handle() as SharedHandle),
      () => BatchNorm1d.fromShared(handle() as SharedHandle),
    ]) {
      expectRefused(call, library.BatchNormError, message, tensors(bn));
    }
    expect(tensors(bn).map(({ data }) => isShared(data))).toEqual([false, false, false, false]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'no layers',
      () => ({ ...good(), layers: undefined }),
      "should list the module's layers as share() gave them, got undefined",
    ],
    ['an empty list', () => ({ ...good(), layers: [] }), 'got none'],
    ['null', () => withLayer(null), 'got one of the class undefined'],
    ['an unknown class', () => withLayer(layerOf({ kind: 'constructor' })), "class 'constructor'"],
    ['no settings', () => withLayer(layerOf({ settings: null })), 'a BatchNorm1d without mode'],
    ['no mode', () => withLayer(layerOf({ training: 1 })), 'a BatchNorm1d without mode'],
    ['settings of others', () => withLayer(layerOf({ settings: {} })), 'numFeatures should be'],
    [
      'unknown options',
      () => withLayer(layerOf({ settings: { numFeatures: 3, updates: true, options: { x: 1 } } })),
      "unknown option 'x'",
    ],
    [
      'other channels',
      () => withLayer(layerOf({ settings: { numFeatures: 4, updates: true } })),
      'size mismatch',
    ],
    [
      'no updates',
      () => withLayer(layerOf({ settings: { numFeatures: 3 } })),
      'trackRunningStats should be',
    ],
    ['no places', () => withLayer(layerOf({ inside: 3 })), 'without a list of layers'],
    [
      'itself inside',
      () => withLayer({ kind: 'Sequential', training: true, settings: {}, inside: [0] }),
      'a Sequential of layer 0',
    ],
    [
      'a place that is none',
      () => withLayer({ kind: 'Sequential', training: true, settings: {}, inside: ['at'] }),
      "a Sequential of layer 'at'",
    ],
  ])('%s cannot be made', (_, handle, message) => {
    expectRefused(
      () => Module.fromShared(handle() as SharedHandle),
      library.BatchNormError,
      message,
    );
  });

  test('each property is read once', () => {
    const bn = new BatchNorm1d(3);
    const reads = new Map<string, number>();
    const watched = (target: object, path: string): object =>
      new Proxy(target, {
        get(object, name) {
          const value: unknown = Reflect.get(object, name);
          const at = `${path}.${String(name)}`;
          reads.set(at, (reads.get(at) ?? 0) + 1);
          const plain = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
          return plain && !Array.isArray(value) ? watched(value, at) : value;
        },
      });
    bn.useShared(watched(good(), 'handle') as SharedHandle);
    BatchNorm1d.fromShared(watched(good(), 'again') as SharedHandle);
    expect(isShared(bn.weight?.data as Float32Array)).toBe(true);
    expect([...reads].filter(([, times]) => times > 1)).toEqual([]);
    expect(reads.size).toBeGreaterThan(20);
  });

  test('one that takes memory away while it is read changes nothing of shared memory', () => {
    const bn = new BatchNorm1d(3);
    const handle = good();
    const thief = thiefOf(bn.weight as Parameter);
    const message = 'its memory is not shared';
    expectRefused(
      () =>
        bn.useShared({
          ...handle,
          tensors: { ...(handle.tensors as object), weight: thief },
        } as never),
      StateDictError,
      message,
    );
    bn.useShared(good() as never);
    expect(bn.weight?.toArray()).toEqual([1, 1, 1]);
  });
});
