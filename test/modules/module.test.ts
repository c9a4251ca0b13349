import { inspect } from 'node:util';
import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  Module,
  ones,
  Parameter,
  randn,
  StateDictError,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway } from '../take-away';

const batchNormKeys = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];

class Head extends Module {
  norm = new BatchNorm1d(2);
  scale = new Parameter(ones([2]));
}

class Net extends Module {
  bn = new BatchNorm2d(3);
  head = new Head();
  shift = new Parameter(zeros([1]));
  seen = this.registerBuffer('seen', zeros([4]));
  notState = ones([5]);
  label = 'net';
  absent: Module | null = null;
}

/** Has the same layer under two names, and the same parameter in two modules. */
class Shared extends Module {
  first = new BatchNorm1d(2);
  again = this.first;
  head = new Head();
  scale = this.head.scale;
}

class Leaf extends Module {
  constructor(readonly parent: Module) {
    super();
  }
  value = new Parameter(ones([1]));
}

/** Its leaf knows it, as in many trees of objects. */
class Cyclic extends Module {
  leaf = new Leaf(this);
}

function within(prefix: string, keys: readonly string[]): string[] {
  return keys.map((key) => `${prefix}.${key}`);
}

function names(entries: readonly [string, unknown][]): string[] {
  return entries.map(([name]) => name);
}

describe('a module of modules', () => {
  test('names what is in its fields as PyTorch does', () => {
    const net = new Net();
    expect(Object.keys(net.stateDict())).toEqual([
      'shift',
      'seen',
      ...within('bn', batchNormKeys),
      'head.scale',
      ...within('head.norm', batchNormKeys),
    ]);
    expect(names(net.namedParameters())).toEqual([
      'shift',
      'bn.weight',
      'bn.bias',
      'head.scale',
      'head.norm.weight',
      'head.norm.bias',
    ]);
    expect(net.parameters()[1]).toBe(net.bn.weight);
    expect(names(net.namedBuffers())).toEqual([
      'seen',
      'bn.running_mean',
      'bn.running_var',
      'head.norm.running_mean',
      'head.norm.running_var',
    ]);
    expect(net.buffers()[0]).toBe(net.seen);
  });

  test('lists the modules inside, itself first', () => {
    const net = new Net();
    expect(names(net.namedModules())).toEqual(['', 'bn', 'head', 'head.norm']);
    const expected = [net, net.bn, net.head, net.head.norm];
    expect(net.modules().every((module, i) => module === expected[i])).toBe(true);
    expect(names(net.namedChildren())).toEqual(['bn', 'head']);
    expect(net.children()[1]).toBe(net.head);
    expect(net.children()).toHaveLength(2);
  });

  test('sets the mode of all', () => {
    const net = new Net();
    const modes = () => net.modules().map(({ training }) => training);
    expect(net.eval()).toBe(net);
    expect(modes()).toEqual([false, false, false, false]);
    expect(net.train()).toBe(net);
    expect(modes()).toEqual([true, true, true, true]);
    expectRefused(() => net.train(0 as never), ArgumentError, 'Net: mode should be true or false');
    expect(modes()).toEqual([true, true, true, true]);
  });

  test('calls the train of a module that has its own', () => {
    class Evaluating extends Module {
      bn = new BatchNorm1d(2);
      override train(mode?: boolean): this {
        super.train(mode);
        this.bn.eval();
        return this;
      }
    }
    class Outer extends Module {
      inner = new Evaluating();
      other = new BatchNorm1d(2);
    }
    const { inner, other } = new Outer().train();
    expect([inner.training, inner.bn.training, other.training]).toEqual([true, false, true]);
  });

  test('drops the gradients of all', () => {
    const net = new Net();
    for (const parameter of net.parameters()) parameter.grad = zeros(parameter.shape);
    net.zeroGrad();
    expect(net.parameters().map(({ grad }) => grad)).toEqual(Array(6).fill(null));
  });

  test('calls a function with all, itself last, and returns itself', () => {
    const net = new Net();
    const called: Module[] = [];
    expect(net.apply((module) => called.push(module))).toBe(net);
    const expected = [net.bn, net.head.norm, net.head, net];
    expect(called.map((module) => expected.indexOf(module as never))).toEqual([0, 1, 2, 3]);
    expectRefused(() => net.apply(null as never), ArgumentError, 'Net: fn should be a function');
  });

  test('apply goes on with the modules that it began with', () => {
    const net = new Net();
    const called: string[] = [];
    net.apply((module) => {
      called.push(module.constructor.name);
      if (module === net.bn) net.head = new Head();
    });
    expect(called).toEqual(['BatchNorm2d', 'BatchNorm1d', 'Head', 'Net']);
  });

  test('prints as PyTorch prints it', () => {
    const options = 'eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True';
    const shown = [
      'Net(',
      `  (bn): BatchNorm2d(3, ${options})`,
      '  (head): Head(',
      `    (norm): BatchNorm1d(2, ${options})`,
      '  )',
      ')',
    ].join('\n');
    expect(String(new Net())).toBe(shown);
    expect(inspect(new Net())).toBe(shown);
  });

  test('prints what extraRepr says: alone in its line, or each line in its own', () => {
    class Said extends Module {
      constructor(readonly said: string) {
        super();
      }
      protected override extraRepr(): string {
        return this.said;
      }
    }
    class Parent extends Said {
      leaf = new Said('b=2');
    }
    expect(String(new Said(''))).toBe('Said()');
    expect(String(new Said('a=1'))).toBe('Said(a=1)');
    expect(String(new Said('a=1\nb=2'))).toBe('Said(\n  a=1\n  b=2\n)');
    expect(String(new Parent('a=1'))).toBe('Parent(\n  a=1\n  (leaf): Said(b=2)\n)');
  });

  test('a class that extends a layer has the state of both, in the order of PyTorch', () => {
    class Scaled extends BatchNorm1d {
      scale = new Parameter(ones([1]));
      steps = this.registerBuffer('steps', zeros([1]));
      inner = new BatchNorm1d(1);
    }
    const [weight, bias, mean, variance, batches] = batchNormKeys;
    expect(Object.keys(new Scaled(2).stateDict())).toEqual([
      ...[weight, bias, 'scale', mean, variance, batches, 'steps'],
      ...within('inner', batchNormKeys),
    ]);
  });
});

describe('what is there twice', () => {
  test('is listed once, under its first name', () => {
    const shared = new Shared();
    expect(names(shared.namedModules())).toEqual(['', 'first', 'head', 'head.norm']);
    expect(names(shared.namedChildren())).toEqual(['first', 'head']);
    expect(names(shared.namedParameters())).toEqual([
      ...['scale', 'first.weight', 'first.bias'],
      ...['head.norm.weight', 'head.norm.bias'],
    ]);
    const called: Module[] = [];
    shared.apply((module) => called.push(module));
    expect(called).toHaveLength(4);
  });

  test('is in the state dict under both names, and in the repr', () => {
    const shared = new Shared();
    const dict = shared.stateDict();
    expect((dict['again.weight'] as Tensor).data).toBe((dict['first.weight'] as Tensor).data);
    expect((dict['head.scale'] as Tensor).data).toBe((dict.scale as Tensor).data);
    expect(String(shared)).toContain('\n  (again): BatchNorm1d(2,');
    expect(shared.loadStateDict(dict)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    delete dict['again.bias'];
    const message = 'Missing key(s) in state_dict: "again.bias".';
    expectRefused(() => shared.loadStateDict(dict), StateDictError, message);
  });

  test('may be a module inside itself', () => {
    const cyclic = new Cyclic();
    const { leaf } = cyclic;
    expect(names(cyclic.namedModules())).toEqual(['', 'leaf']);
    expect(names(leaf.namedModules())).toEqual(['', 'parent']);
    expect(names(cyclic.namedParameters())).toEqual(['leaf.value']);
    expect(Object.keys(cyclic.stateDict())).toEqual(['leaf.value']);
    expect(Object.keys(leaf.stateDict())).toEqual(['value']);
    cyclic.loadStateDict({ 'leaf.value': tensor([7]) });
    expect(leaf.value.item()).toBe(7);
    cyclic.eval();
    expect([cyclic.training, leaf.training]).toEqual([false, false]);
    leaf.train();
    expect([cyclic.training, leaf.training]).toEqual([true, true]);
    const called: Module[] = [];
    cyclic.apply((module) => called.push(module));
    expect(called).toHaveLength(2);
    cyclic.zeroGrad();
    expect(String(cyclic)).toBe('Cyclic(\n  (leaf): Leaf(\n    (parent): Cyclic(...)\n  )\n)');
  });
});

describe('registerBuffer', () => {
  class Bare extends Module {
    mask: Tensor | null | undefined;
  }

  test('makes a tensor a part of the state, and a field of it', () => {
    const bare = new Bare();
    const mask = ones([2]);
    expect(bare.registerBuffer('mask', mask)).toBe(mask);
    expect(bare.mask).toBe(mask);
    expect(bare.namedBuffers()).toEqual([['mask', mask]]);
    expect((bare.stateDict().mask as Tensor).data).toBe(mask.data);
    bare.loadStateDict({ mask: tensor([3, 4]) });
    expect([...mask.data]).toEqual([3, 4]);
  });

  test('takes what stands for a tensor, and null for one that is absent', () => {
    const bare = new Bare();
    const data = Float64Array.of(1, 2);
    expect(bare.registerBuffer('mask', { data, shape: [2] }).data).toBe(data);
    expect(bare.registerBuffer('mask', null)).toBeNull();
    expect([bare.namedBuffers(), bare.stateDict()]).toEqual([[], {}]);
    bare.mask = ones([1]);
    expect(Object.keys(bare.stateDict())).toEqual(['mask']);
    bare.mask = undefined;
    expect(bare.buffers()).toEqual([]);
  });

  test('keeps out of the state dict what is not persistent', () => {
    const bare = new Bare();
    bare.registerBuffer('mask', ones([2]), { persistent: false });
    expect(names(bare.namedBuffers())).toEqual(['mask']);
    expect(bare.stateDict()).toEqual({});
    bare.registerBuffer('mask', ones([2]));
    expect(Object.keys(bare.stateDict())).toEqual(['mask']);
  });

  test.each([
    ['forward', "attribute 'forward' already exists"],
    ['training', "attribute 'training' already exists"],
    ['__proto__', "attribute '__proto__' already exists"],
    ['', 'a name in the state can\'t be empty or contain "."'],
    ['a.b', 'a name in the state can\'t be empty or contain "."'],
    [3, 'buffer name should be a string, got 3'],
  ])('refuses %p as name', (name, message) => {
    const bn = new BatchNorm1d(1);
    expectRefused(() => bn.registerBuffer(name as string, ones([1])), ArgumentError, message);
    expect(Object.keys(bn.stateDict())).toEqual(batchNormKeys);
  });

  test.each([
    [3, "buffer 'mask' must be a Tensor"],
    [new Parameter(ones([1])), "cannot assign a Parameter to buffer 'mask'"],
  ])('refuses what is no plain tensor, case %#', (value, message) => {
    const bare = new Bare();
    const call = () => bare.registerBuffer('mask', value as never);
    expectRefused(call, ArgumentError, `Bare: ${message}`);
    expect([bare.mask, bare.buffers()]).toEqual([undefined, []]);
  });

  test.each([
    [{ persistent: 1 }, 'persistent should be true or false, got 1'],
    [true, 'options should be an object of persistent, got true'],
    [{ keep: true }, "unknown option 'keep', the options are persistent"],
  ])('refuses %p as options', (options, message) => {
    const call = () => new Bare().registerBuffer('mask', ones([1]), options as never);
    expectRefused(call, ArgumentError, `Bare: ${message}`);
  });

  test('a buffer that became something else is named', () => {
    const bare = new Bare();
    bare.registerBuffer('mask', ones([1]));
    Object.assign(bare, { mask: 'none' });
    const message =
      "Bare: cannot assign 'none' to buffer 'mask' (a plain Tensor or null is required)";
    for (const call of [() => bare.buffers(), () => bare.stateDict()]) {
      expectRefused(call, ArgumentError, message);
    }
  });
});

describe('loading over the whole tree', () => {
  test('is all or nothing, and one error lists everything', () => {
    const net = new Net();
    const dict = { ...new Net().stateDict() };
    (dict.seen as Tensor).data.fill(7);
    (dict['bn.weight'] as Tensor).data.fill(7);
    dict['bn.num_batches_tracked'] = 9;
    dict['head.norm.bias'] = zeros([3]);
    delete dict['head.scale'];
    const untouched = [...net.parameters(), ...net.buffers()];
    const call = () => net.loadStateDict({ ...dict, 'head.extra': ones([1]) });
    const said = expectRefused(call, StateDictError, '', untouched);
    expect(said.split('\n\t')).toEqual([
      'Error(s) in loading state_dict for Net:',
      'Missing key(s) in state_dict: "head.scale".',
      'Unexpected key(s) in state_dict: "head.extra".',
      'size mismatch for head.norm.bias: copying a param with shape [3] from checkpoint, the shape in current model is [2].',
    ]);
    expect(net.bn.numBatchesTracked).toBe(0);
  });

  test('copies a whole state, and reports what strict: false passes over', () => {
    const [source, target] = [new Net(), new Net()];
    source.shift.data.fill(3);
    source.bn.forward(randn([2, 3, 2, 2]));
    source.head.norm.forward(randn([4, 2]));
    target.loadStateDict(source.stateDict());
    expect(target.stateDict()).toEqual(source.stateDict());
    expect(target.head.norm.numBatchesTracked).toBe(1);
    const part = { shift: tensor([5]), other: tensor([1]) };
    const { missingKeys, unexpectedKeys } = target.loadStateDict(part, { strict: false });
    expect(missingKeys).toHaveLength(10);
    expect(missingKeys).toContain('head.norm.running_var');
    expect(unexpectedKeys).toEqual(['other']);
    expect(target.shift.item()).toBe(5);
  });

  test('keeps to the memory format of each', () => {
    class Images extends Module {
      readonly mean: Tensor;
      constructor(memoryFormat: 'contiguous' | 'channelsLast') {
        super();
        this.mean = this.registerBuffer('mean', zeros([1, 2, 2, 2], { memoryFormat }));
      }
    }
    const [rows, pixels] = [new Images('contiguous'), new Images('channelsLast')];
    const x = randn([1, 2, 2, 2]);
    rows.loadStateDict({ mean: x });
    pixels.loadStateDict(rows.stateDict());
    expect(pixels.mean.toArray()).toEqual(x.toArray());
    const saved = pixels.stateDict().mean as Tensor;
    expect([saved.memoryFormat, saved.toArray()]).toEqual(['channelsLast', x.toArray()]);
  });
});

describe('hostile modules', () => {
  test('names that the state dict could not tell apart are refused', () => {
    for (const name of ['a.b', '']) {
      const net = new Net();
      Object.assign(net, { [name]: new BatchNorm1d(1) });
      const message = `Net: a name in the state can't be empty or contain ".", got '${name}'`;
      expectRefused(() => net.stateDict(), ArgumentError, message);
      expectRefused(() => net.modules(), ArgumentError, message);
    }
    class Twice extends BatchNorm1d {
      running_mean = new Parameter(ones([1]));
    }
    const message = "Twice: two entries of the state are called 'running_mean'";
    expectRefused(() => new Twice(1).stateDict(), ArgumentError, message);
    expectRefused(() => new Twice(1).loadStateDict({}), ArgumentError, message);
  });

  test('a field named __proto__ is a key like any other', () => {
    const net = new Net();
    const value = new BatchNorm1d(1);
    Object.defineProperty(net, '__proto__', { value, enumerable: true });
    expect(Object.keys(net.stateDict())).toContain('__proto__.weight');
    expect(net.modules()).toContain(value);
    class Bare extends Module {}
    const bare = new Bare();
    Object.defineProperty(bare, '__proto__', { value: new Parameter(ones([1])), enumerable: true });
    expect(Object.keys(bare.stateDict())).toEqual(['__proto__']);
    expect(bare.loadStateDict(bare.stateDict()).missingKeys).toEqual([]);
  });

  test('a field that is another module each time it is read', () => {
    const net = new Net();
    Object.defineProperty(net, 'fickle', { get: () => new BatchNorm1d(1), enumerable: true });
    expect(names(net.namedChildren())).toContain('fickle');
    expect(net.loadStateDict(net.stateDict()).missingKeys).toEqual([]);
    expect(net.eval().training).toBe(false);
  });

  test('a field that throws when it is read changes nothing', () => {
    const net = new Net();
    const dict = new Net().stateDict();
    (dict.shift as Tensor).data.fill(9);
    const get = () => {
      throw new RangeError('not now');
    };
    Object.defineProperty(net, 'broken', { get, enumerable: true });
    expect(() => net.stateDict()).toThrow(RangeError);
    expect(() => net.loadStateDict(dict)).toThrow('not now');
    expect(net.shift.item()).toBe(0);
  });

  test('a module inside that throws leaves the others usable', () => {
    class Stubborn extends Module {
      refuses = true;
      override train(mode?: boolean): this {
        if (this.refuses) throw new RangeError('stubborn');
        return super.train(mode);
      }
      override toString(): string {
        if (this.refuses) throw new RangeError('stubborn');
        return super.toString();
      }
    }
    class Outer extends Module {
      stubborn = new Stubborn();
      bn = new BatchNorm1d(1);
    }
    const outer = new Outer();
    expect(() => outer.eval()).toThrow('stubborn');
    expect(() => String(outer)).toThrow('stubborn');
    outer.stubborn.refuses = false;
    outer.eval();
    expect([outer.bn.training, outer.stubborn.training]).toEqual([false, false]);
    expect(String(outer)).toContain('(stubborn): Stubborn()');
  });

  test('memory that was taken away is named in full', () => {
    const net = new Net();
    takeAway(net.head.norm.runningVar as Tensor);
    const gone = 'the memory of head.norm.running_var is gone: it should hold 2 elements';
    expectRefused(() => net.stateDict(), ArgumentError, `Net: ${gone}`);
    const dict = new Net().stateDict();
    (dict.shift as Tensor).data.fill(9);
    expectRefused(() => net.loadStateDict(dict), StateDictError, `\n\t${gone}`);
    expect(net.shift.item()).toBe(0);
  });

  test('a state dict that changes while it is read loads once what it said first', () => {
    const net = new Net();
    let reads = 0;
    const dict = { ...new Net().stateDict() } as Record<string, unknown>;
    Object.defineProperty(dict, 'shift', {
      enumerable: true,
      get: () => tensor([++reads]),
    });
    net.loadStateDict(dict as never);
    expect([reads, net.shift.item()]).toEqual([1, 1]);
  });
});
