import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  DTypeError,
  full,
  type Layer,
  Module,
  ones,
  randn,
  Sequential,
  ShapeError,
  Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

/** Doubles its input; has no parameters and takes no options. */
class Double extends Module {
  forward(x: Tensor): Tensor {
    return new Tensor(x.data.map((value) => 2 * value) as Float32Array, x.shape, x.memoryFormat);
  }
  backward(gradOutput: Tensor): Tensor {
    return this.forward(gradOutput);
  }
}

/** Something that has state and is no layer. */
class Table extends Module {
  entries = this.registerBuffer('entries', zeros([2]));
}

function pair(): [BatchNorm2d, BatchNorm2d] {
  const layers = [new BatchNorm2d(3), new BatchNorm2d(3, { activation: 'relu' })] as const;
  for (const [i, { weight, bias }] of layers.entries()) {
    weight?.data.set([1, -2, 0.5]);
    bias?.data.set([i, 0.25, -1]);
  }
  return [...layers];
}

const shape = [4, 3, 2, 2];

describe('Sequential', () => {
  test('runs its layers one after the other, and back', () => {
    const [first, second] = pair();
    const net = new Sequential(...pair());
    const x = randn(shape);
    const gradOutput = randn(shape);
    expect(net.forward(x).data).toEqual(second.forward(first.forward(x)).data);
    const gradient = first.backward(second.backward(gradOutput));
    expect(net.backward(gradOutput).data).toEqual(gradient.data);
    expect(
      net
        .at(0)
        .parameters()
        .map(({ grad }) => grad),
    ).toEqual(first.parameters().map(({ grad }) => grad));
    expect(net.parameters()[3]?.grad?.data).toEqual(second.bias?.grad?.data);
    net.eval();
    const y = second.eval().forward(first.eval().forward(x));
    expect(net.forward(x).data).toEqual(y.data);
  });

  test('names its layers by their places', () => {
    const net = new Sequential(new BatchNorm1d(2), new Sequential(new BatchNorm1d(3)));
    const names = net.namedModules().map(([name]) => name);
    expect(names).toEqual(['', '0', '1', '1.0']);
    expect(Object.keys(net.stateDict()).slice(3, 7)).toEqual([
      '0.running_var',
      '0.num_batches_tracked',
      '1.0.weight',
      '1.0.bias',
    ]);
    expect(String(net)).toBe(
      [
        'Sequential(',
        '  (0): BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
        '  (1): Sequential(',
        '    (0): BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
        '  )',
        ')',
      ].join('\n'),
    );
  });

  test('gives its layers by index and in order, and takes more', () => {
    const layers = Array.from({ length: 12 }, () => new BatchNorm1d(1));
    const net = new Sequential(...layers.slice(0, 3));
    for (const layer of layers.slice(3)) expect(net.append(layer)).toBe(net);
    expect(net).toHaveLength(12);
    expect([...net].every((layer, i) => layer === layers[i])).toBe(true);
    expect(net.children().every((layer, i) => layer === layers[i])).toBe(true);
    expect(
      [net.at(0), net[11], net.at(-1), net.at(-12)].map((l) => layers.indexOf(l as never)),
    ).toEqual([0, 11, 11, 0]);
    for (const index of [12, -13, 0.5, Number.NaN, '0', 'forward']) {
      const message = 'Sequential: index ';
      expectRefused(() => net.at(index as number), ArgumentError, message);
    }
    expectRefused(() => net.at(12), ArgumentError, 'index 12 is out of range: it has 12 layers');
  });

  test('takes layers by index as an array does', () => {
    const net = new Sequential(new Double());
    net[0] = new Double();
    net[net.length] = new Double();
    expect(net).toHaveLength(2);
    expect(net.forward(ones([1])).item()).toBe(4);
    expect(
      net
        .append(new Double())
        .forward(ones([1]))
        .item(),
    ).toBe(8);
    net[4] = new Double();
    const hole = 'Sequential: 3 (undefined) has no forward: give it one';
    expectRefused(() => net.forward(ones([1])), ArgumentError, hole);
    expectRefused(
      () => net.backward(ones([1])),
      ArgumentError,
      hole.replace('forward', 'backward'),
    );
  });

  test('goes back only once through a layer that is there twice', () => {
    const layer = new BatchNorm1d(1);
    const net = new Sequential(layer, layer);
    net.forward(randn([4, 1]));
    const message = 'Sequential: 0 (BatchNorm1d): there is no forward pass to go backward through';
    expectRefused(() => net.backward(ones([4, 1])), ArgumentError, message);
  });

  test('gives its input where it is empty', () => {
    const net = new Sequential();
    const x = randn([2, 3]);
    expect(net.forward(x)).toBe(x);
    expect(net.backward(x)).toBe(x);
    const out = zeros([2, 3]);
    expect(net.forward(x, { out })).toBe(out);
    expect(out.data).toEqual(x.data);
    expect([String(net), net.length, net.stateDict()]).toEqual(['Sequential()', 0, {}]);
  });

  test('takes layers of the user, which need not know of options', () => {
    const net = new Sequential(new Double(), new Sequential(), new Double());
    const x = randn(shape);
    const out = zeros(shape);
    expect(net.forward({ data: x.data, dims: shape }, { out })).toBe(out);
    expect(out.data).toEqual(x.data.map((value) => 4 * value));
    const gradOut = zeros(shape, { memoryFormat: 'channelsLast' });
    expect(net.backward(x, { out: gradOut })).toBe(gradOut);
    expect(gradOut.toArray()).toEqual(out.toArray());
  });

  test('runs a layer that is there twice twice', () => {
    const layer = new BatchNorm1d(1);
    const net = new Sequential(layer, layer);
    net.forward(randn([4, 1]));
    expect(layer.numBatchesTracked).toBe(2);
    expect(net.parameters()).toHaveLength(2);
    expect(Object.keys(net.stateDict())).toHaveLength(10);
  });
});

describe('out of a Sequential', () => {
  test('is written by the last layer, and by the first going back', () => {
    const net = new Sequential(...pair());
    const [x, gradOutput] = [randn(shape), randn(shape)];
    const same = new Sequential(...pair());
    const [y, gradient] = [same.forward(x), same.backward(gradOutput)];
    const [out, outGradient] = [zeros(shape), zeros(shape)];
    expect(net.forward(x, { out })).toBe(out);
    expect(net.backward(gradOutput, { out: outGradient })).toBe(outGradient);
    expect([out.data, outGradient.data]).toEqual([y.data, gradient.data]);
  });

  test.each([1, 2])('can be the input and gradOutput, with %d layers', (count) => {
    const net = new Sequential(...pair().slice(0, count));
    const same = new Sequential(...pair().slice(0, count));
    const [x, gradOutput] = [randn(shape), randn(shape)];
    const [y, gradient] = [same.forward(x), same.backward(gradOutput)];
    expect(net.forward(x, { out: x })).toBe(x);
    expect(net.backward(gradOutput, { out: gradOutput })).toBe(gradOutput);
    expect([x.data, gradOutput.data]).toEqual([y.data, gradient.data]);
  });

  test('that does not fit is refused', () => {
    const net = new Sequential(new Double());
    const x = randn([2, 3]);
    const cases: [Tensor, typeof ShapeError | typeof DTypeError, string][] = [
      [zeros([3, 2]), ShapeError, "out should have the result's shape [2, 3], got [3, 2]"],
      [zeros([2, 3], { dtype: 'float64' }), DTypeError, "the result's dtype float32, got float64"],
    ];
    for (const [out, type, message] of cases) {
      expectRefused(() => net.forward(x, { out }), type, message, [out]);
      expectRefused(() => net.backward(x, { out }), type, message, [out]);
    }
    const bn = new Sequential(new BatchNorm1d(3));
    const message = "Sequential: 0 (BatchNorm1d): out should have the input's shape [2, 3]";
    expectRefused(() => bn.forward(x, { out: zeros([2, 2]) }), ShapeError, message);
  });
});

describe('grad', () => {
  test('follows the mode of the Sequential, for all its layers', () => {
    const net = new Sequential(...pair());
    const [first] = net;
    first?.eval();
    const x = randn(shape);
    net.forward(x);
    expect(net.backward(x).shape).toEqual(shape);
    net.eval().forward(x);
    expectRefused(() => net.backward(x), ArgumentError, 'Sequential: 1 (BatchNorm2d): there is no');
    net.forward(x, { grad: true });
    expect(net.backward(x).shape).toEqual(shape);
  });

  test('false keeps nothing', () => {
    const net = new Sequential(...pair());
    const x = randn(shape);
    net.forward(x, { grad: false });
    expectRefused(() => net.backward(x), ArgumentError, 'there is no forward pass');
  });
});

describe('a Sequential refuses', () => {
  test.each([
    [3, 'Sequential: expected a Module as layer, got 3'],
    [null, 'Sequential: expected a Module as layer, got null'],
    [[new BatchNorm1d(1)], 'Sequential: expected a Module as layer, got Array'],
    [BatchNorm1d, 'Sequential: expected a Module as layer, got a function'],
  ])('a layer that is none, case %#', (layer, message) => {
    expectRefused(() => new Sequential(layer as never), ArgumentError, message);
    const net = new Sequential();
    expectRefused(() => net.append(layer as never), ArgumentError, message);
    expect(net).toHaveLength(0);
  });

  test('to be a layer of itself', () => {
    const net = new Sequential();
    const message = "Sequential: it can't be a layer of itself";
    expectRefused(() => net.append(net), ArgumentError, message);
    expectRefused(() => net.append(new Sequential(net)), ArgumentError, message);
    expect(net).toHaveLength(0);
  });

  test('modules without a pass, before any layer has run', () => {
    const bn = new BatchNorm2d(3);
    const net = new Sequential(bn, new Table() as unknown as Layer);
    const message = 'Sequential: 1 (Table) has no forward: give it one';
    expectRefused(() => net.forward(randn(shape)), ArgumentError, message);
    expect(bn.numBatchesTracked).toBe(0);
    class Forward extends Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const oneWay = new Sequential(new Forward(), bn);
    oneWay.forward(randn(shape));
    const gone = 'Sequential: 0 (Forward) has no backward: give it one';
    expectRefused(() => oneWay.backward(randn(shape)), ArgumentError, gone, bn.parameters());
    expect(bn.weight?.grad).toBeNull();
  });

  test('what a layer refuses, saying which, by the same class of error', () => {
    const net = new Sequential(new BatchNorm2d(3), new Sequential(new BatchNorm1d(3)));
    expectRefused(
      () => net.forward(randn(shape)),
      ShapeError,
      'Sequential: 1 (Sequential): 0 (BatchNorm1d): expected 2D or 3D input (got 4D input)',
    );
    const wide = randn(shape, { dtype: 'float64' });
    const message = 'Sequential: 0 (BatchNorm2d): expected scalar type float64 but found float32';
    expectRefused(() => net.forward(wide), DTypeError, message);
    const single = new Sequential(new BatchNorm1d(3));
    const phrase =
      'Sequential: 0 (BatchNorm1d): Expected more than 1 value per channel when training';
    expectRefused(() => single.forward(randn([1, 3])), ShapeError, phrase);
    class Chain extends Sequential {}
    const chain = new Chain(new BatchNorm1d(3));
    expectRefused(
      () => chain.forward(randn([2])),
      ShapeError,
      'Chain: 0 (BatchNorm1d): expected 2D',
    );
  });

  test('passes on the errors that are not of this package as they are', () => {
    const thrown = new RangeError('mine');
    class Throwing extends Module {
      forward(): Tensor {
        throw thrown;
      }
    }
    let caught: unknown;
    try {
      new Sequential(new Throwing()).forward(randn([2, 2]));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
  });

  test('a layer that returns no tensor', () => {
    class Silent extends Module {
      forward(): Tensor {
        return undefined as never;
      }
    }
    const net = new Sequential(new Silent());
    const message = 'Sequential: 0 (Silent): what forward returned must be a Tensor';
    expectRefused(() => net.forward(randn([2])), ArgumentError, message);
  });

  test.each([
    [null, 'options should be an object of out, grad, got null'],
    [{ residual: 1 }, "unknown option 'residual', the options are out, grad"],
    [{ grad: 1 }, 'grad should be true or false, got 1'],
    [{ out: 1 }, 'out must be a Tensor'],
  ])('%p as options', (options, message) => {
    const bn = new BatchNorm1d(2);
    const net = new Sequential(bn);
    const call = () => net.forward(randn([3, 2]), options as never);
    expectRefused(call, ArgumentError, `Sequential: ${message}`);
    expect(bn.numBatchesTracked).toBe(0);
  });

  test('what was put in the place of a layer', () => {
    const net = new Sequential(new BatchNorm1d(2), new BatchNorm1d(2));
    net[1] = 'nothing' as never;
    const message = "Sequential: 1 ('nothing') has no forward";
    expectRefused(() => net.forward(randn([3, 2])), ArgumentError, message);
    delete net[1];
    expectRefused(() => net.forward(randn([3, 2])), ArgumentError, 'Sequential: 1 (undefined) has');
    const replaced = new BatchNorm1d(2);
    net[1] = replaced;
    net.forward(full([3, 2], 1));
    expect(replaced.numBatchesTracked).toBe(1);
  });
});
