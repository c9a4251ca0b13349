import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  Identity,
  LayerNorm,
  LazyBatchNorm2d,
  Module,
  ModuleDict,
  ModuleList,
  ones,
  Parameter,
  RMSNorm,
  randn,
  Sequential,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { isIndependent } from './independent';

class Helper {
  count = 1;
  readonly inner = { list: [1, 2] };

  constructor(readonly owner: Module) {}

  add(): number {
    return ++this.count;
  }
}

class Net extends Module {
  norm = new BatchNorm1d(3, { activation: 'relu' });
  again = this.norm;
  first = this.norm.weight;
  scale = new Parameter(randn([2, 3, 2], { memoryFormat: 'channelsLast' }));
  tied = this.scale;
  seen = this.registerBuffer('seen', zeros([4]));
  scratch = this.registerBuffer('scratch', ones([2]), { persistent: false });
  absent = this.registerBuffer('absent', null);
  head = new Sequential(new LayerNorm(3), new Sequential(new RMSNorm(3)), this.norm);
  list = new ModuleList([new Identity(), this.norm]);
  dict = new ModuleDict({ b: new LayerNorm(2), a: this.norm });
  plain = tensor([1, 2]);
  history: unknown[] = [1, { at: new Date(5), of: /x/g }, new Map([['a', new Set([tensor([3])])]])];
  bytes = Buffer.from('abc');
  bits = new BigInt64Array(2);
  helper = new Helper(this);
  math = Math.tanh;
  error = new Error('before');

  constructor(readonly options: { readonly deep: readonly number[] }) {
    super();
    this.head[2] = this.norm;
    Reflect.set(this, Symbol.for('own'), ['symbol']);
    Object.defineProperty(this, 'hidden', { value: { a: 1 }, writable: true });
    Object.defineProperty(this, 'getter', { get: () => 7, configurable: true, enumerable: true });
  }

  forward(x: Tensor): Tensor {
    return this.norm.forward(x);
  }
}

describe("clone of a user's net", () => {
  const make = () => {
    const net = new Net(Object.freeze({ deep: Object.freeze([1, 2]) }));
    net.forward(randn([5, 3]));
    net.head.eval();
    net.list.at(0).train();
    return net;
  };

  test('has all that it has, and shares nothing', () => {
    const net = make();
    const copy = net.clone();
    expect(copy).toBeInstanceOf(Net);
    expect(Reflect.ownKeys(copy)).toEqual(Reflect.ownKeys(net));
    for (const key of ['plain', 'history', 'bytes', 'bits', 'options', 'hidden'] as const) {
      const [value, theirs] = [Reflect.get(copy, key), Reflect.get(net, key)];
      expect(value).toEqual(theirs);
      expect(value).not.toBe(theirs);
    }
    expect(copy.math).toBe(Math.tanh);
    expect(Reflect.get(copy, 'getter')).toBe(7);
    expect(Object.getOwnPropertyDescriptor(copy, 'hidden')?.enumerable).toBe(false);
    expect([copy.options, copy.options.deep].map(Object.isFrozen)).toEqual([true, true]);
    const own = Symbol.for('own');
    expect(Reflect.get(copy, own)).toEqual(['symbol']);
    expect(Reflect.get(copy, own)).not.toBe(Reflect.get(net, own));
    expect(Buffer.isBuffer(copy.bytes)).toBe(true);
    const [one] = [...((copy.history[2] as Map<string, Set<Tensor>>).get('a') as Set<Tensor>)];
    one?.data.fill(9);
    const [theirs] = [...((net.history[2] as Map<string, Set<Tensor>>).get('a') as Set<Tensor>)];
    expect([one?.item(), theirs?.item()]).toEqual([9, 3]);
    isIndependent(net, copy);
  });

  test('has one thing where it has one: layers, parameters, buffers, itself', () => {
    const { helper, norm, ...copy } = make().clone();
    expect([copy.again, copy.head[2], copy.list[1], copy.dict.get('a')]).toEqual([
      norm,
      norm,
      norm,
      norm,
    ]);
    for (const one of [copy.again, copy.head[2], copy.list[1], copy.dict.get('a')])
      expect(one).toBe(norm);
    expect(copy.first).toBe(norm.weight);
    expect(copy.tied).toBe(copy.scale);
    expect(copy.scale).toMatchObject({ memoryFormat: 'channelsLast', dtype: 'float32' });
    expect(helper).toBeInstanceOf(Helper);
    expect((helper.owner as Net).norm).toBe(norm);
    expect(helper.add()).toBe(2);
  });

  test('has buffers that are such: persistent ones and others', () => {
    const net = make();
    const copy = net.clone();
    expect(copy.namedBuffers().map(([name]) => name)).toEqual(
      net.namedBuffers().map(([name]) => name),
    );
    expect(Object.keys(copy.stateDict())).toEqual(Object.keys(net.stateDict()));
    expect(Object.keys(copy.stateDict())).not.toContain('scratch');
    copy.absent = ones([1]);
    expect(Object.keys(copy.stateDict())).toContain('absent');
  });

  test('keeps views of one memory views of one memory', () => {
    class Flat extends Module {
      readonly flat = new Float32Array(16).map((_, i) => i);
      readonly a = new Parameter(new Tensor(this.flat.subarray(2, 5), [3]));
      readonly b = new Parameter(new Tensor(this.flat.subarray(4, 8), [2, 2]));
      readonly bn = new BatchNorm1d(4);
      readonly of = new Tensor((this.bn.weight as Parameter).data.subarray(1, 3), [2]);
      readonly apart = new Tensor(new Float32Array(this.flat.buffer, 48, 4), [4]);
    }
    const { flat, a, b, bn, of, apart } = new Flat().clone();
    expect([flat, a.data, b.data, apart.data].map((data) => data.buffer)).toEqual(
      Array(4).fill(flat.buffer),
    );
    flat.fill(1, 4, 5);
    expect([a.data[2], b.data[0]]).toEqual([1, 1]);
    bn.weight?.data.fill(5);
    expect([...of.data]).toEqual([5, 5]);
  });

  test('extends layers of this library, with fields and options of its own', () => {
    class Scaled extends BatchNorm2d {
      factor = 3;
      readonly extra = new Parameter(ones([2]));
      readonly more = this.registerBuffer('more', zeros([1]));

      constructor(channels: number) {
        super(channels, { eps: 0.5 });
        this.factor++;
      }

      override extraRepr(): string {
        return `${super.extraRepr()}, factor=${this.factor}`;
      }
    }
    class Stack extends Sequential {
      readonly name = 'stack';

      constructor() {
        super(new Scaled(2), new Identity());
      }
    }
    const stack = new Stack();
    stack.forward(randn([3, 2, 2, 2]));
    const copy = stack.clone();
    const scaled = copy[0] as unknown as Scaled;
    expect(scaled).toBeInstanceOf(Scaled);
    expect([copy.name, copy.length, scaled.factor, scaled.eps]).toEqual(['stack', 2, 4, 0.5]);
    expectRefused(() => scaled.forward(zeros([2, 2])), ShapeError, 'Scaled: ');
    isIndependent(stack, copy);
    class Sized extends LazyBatchNorm2d {}
    const sized = new Sized();
    sized.forward(randn([3, 2, 2, 2]));
    isIndependent(sized);
  });

  test('of a list with a gap has the gap', () => {
    const net = new Sequential(new Identity(), new Identity(), new Identity());
    delete net[2];
    const copy = net.clone();
    expect([net.length, copy.length]).toEqual([3, 3]);
    expect(copy[2]).toBeUndefined();
    expectRefused(() => copy.forward(zeros([1])), ArgumentError, '2 (undefined) has no forward');
  });

  test('that is inside itself is so again', () => {
    class Loop extends Module {
      self: Module = this;
    }
    const copy = new Loop().clone();
    expect(copy.self).toBe(copy);
  });

  test('averages weights, as one does with it', () => {
    const net = new BatchNorm1d(2);
    const average = net.clone();
    for (let step = 0; step < 3; step++) {
      net.weight?.data.fill(step);
      for (const [i, parameter] of average.parameters().entries()) {
        const { data } = net.parameters()[i] as Parameter;
        for (let j = 0; j < data.length; j++) {
          parameter.data[j] = 0.5 * (parameter.data[j] as number) + 0.5 * (data[j] as number);
        }
      }
    }
    expect([...(average.weight?.data ?? [])]).toEqual([1.375, 1.375]);
  });
});
