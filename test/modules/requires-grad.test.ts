import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  FrozenBatchNorm1d,
  freezeBatchNorm,
  GroupNorm,
  InstanceNorm1d,
  LayerNorm,
  LazyBatchNorm1d,
  Module,
  ones,
  Parameter,
  RMSNorm,
  randn,
  Sequential,
  type Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

interface Norm extends Module {
  forward(x: Tensor, options: { grad: boolean }): Tensor;
  forwardAsync(x: Tensor, options: { grad: boolean }): Promise<Tensor>;
  backward(dy: Tensor): Tensor;
}

const layers: [name: string, make: () => Norm][] = [
  ['BatchNorm1d', () => new BatchNorm1d(3)],
  ['BatchNorm1d in evaluation', () => new BatchNorm1d(3).eval()],
  ['BatchNorm1d with relu in evaluation', () => new BatchNorm1d(3, { activation: 'relu' }).eval()],
  ['InstanceNorm1d', () => new InstanceNorm1d(3, { affine: true })],
  [
    'InstanceNorm1d in evaluation',
    () => new InstanceNorm1d(3, { affine: true, trackRunningStats: true }).eval(),
  ],
  ['GroupNorm', () => new GroupNorm(1, 3)],
  ['LayerNorm', () => new LayerNorm([3, 5])],
  ['RMSNorm', () => new RMSNorm([3, 5])],
];

const x = randn([4, 3, 5]);
const dy = randn([4, 3, 5]);
const options = { grad: true };

const passes: [name: string, forward: (layer: Norm) => Promise<Tensor>][] = [
  ['forward', async (layer) => layer.forward(x, options)],
  ['forwardAsync', (layer) => layer.forwardAsync(x, options)],
  ['a Sequential', async (layer) => new Sequential(layer).forward(x, options)],
  ['a Sequential, asynchronous', (layer) => new Sequential(layer).forwardAsync(x, options)],
];

const cases = layers.flatMap(([name, make]) =>
  passes.map(([pass, forward]) => [name, pass, make, forward] as const),
);

describe.each(cases)('backward of %s after %s', (_name, _pass, make, forward) => {
  test('leaves alone the grad of a parameter that requires none', async () => {
    const [layer, same] = [make(), make()];
    const [weight, ...others] = layer.parameters() as [Parameter, ...Parameter[]];
    weight.requiresGrad = false;
    for (const one of [layer, same]) await forward(one);
    expect(layer.backward(dy).data).toEqual(same.backward(dy).data);
    expect(weight.grad).toBeNull();
    const expected = same.parameters().slice(1);
    expect(others.map(({ grad }) => grad?.data)).toEqual(expected.map(({ grad }) => grad?.data));
    expect(expected.every(({ grad }) => grad !== null)).toBe(true);
  });

  test('of all of them too, gives the gradient of the input, and leaves what is there', async () => {
    const [layer, same] = [make().requiresGrad_(false), make()];
    const kept = layer.parameters().map((parameter) => {
      parameter.grad = ones(parameter.shape);
      return parameter.grad;
    });
    for (const one of [layer, same]) await forward(one);
    expect(layer.backward(dy).data).toEqual(same.backward(dy).data);
    for (const [i, { grad }] of layer.parameters().entries()) {
      expect(grad).toBe(kept[i]);
      expect(grad?.data.every((value) => value === 1)).toBe(true);
    }
    // What counts is what holds at the time of backward.
    await forward(layer);
    layer.requiresGrad_();
    layer.zeroGrad();
    layer.backward(dy);
    expect(layer.parameters().map(({ grad }) => grad?.data)).toEqual(
      same.parameters().map(({ grad }) => grad?.data),
    );
  });
});

test('a grad that nobody adds to may be gone', () => {
  const bn = new BatchNorm1d(3);
  const weight = bn.weight as Parameter;
  weight.grad = zeros([3]);
  structuredClone(weight.grad.data, { transfer: [weight.grad.data.buffer as ArrayBuffer] });
  bn.forward(x);
  expectRefused(() => bn.backward(dy), ArgumentError, 'weight.grad');
  weight.requiresGrad = false;
  expect(bn.backward(dy).shape).toEqual([4, 3, 5]);
});

describe('printing is that of PyTorch', () => {
  test('without requires_grad', () => {
    const parameter = new Parameter(ones([3]));
    expect(String(parameter)).toBe(
      'Parameter containing:\ntensor([1., 1., 1.], requires_grad=True)',
    );
    parameter.requiresGrad = false;
    expect(String(parameter)).toBe('Parameter containing:\ntensor([1., 1., 1.])');
    const double = new Parameter(ones([2], { dtype: 'float64' }), false);
    expect(String(double)).toBe('Parameter containing:\ntensor([1., 1.], dtype=torch.float64)');
  });
});

test('anything but a boolean is refused, and changes nothing', () => {
  const bn = new BatchNorm1d(3).requiresGrad_(false);
  for (const value of [1, null, 'true']) {
    expectRefused(
      () => {
        (bn.weight as Parameter).requiresGrad = value as never;
      },
      ArgumentError,
      'requires_grad must be a bool',
    );
    expectRefused(() => bn.requiresGrad_(value as never), ArgumentError, 'requiresGrad');
    expectRefused(() => new Parameter(ones([1]), value as never), ArgumentError, 'requiresGrad');
  }
  expect(bn.parameters().map(({ requiresGrad }) => requiresGrad)).toEqual([false, false]);
});

describe('requiresGrad_', () => {
  class Net extends Module {
    bn = new BatchNorm2d(3);
    scale = new Parameter(ones([1]));
    head = new Sequential(new LayerNorm(4));
  }
  const flags = (net: Module) => net.parameters().map(({ requiresGrad }) => requiresGrad);

  test('reaches all inside, and returns the module', () => {
    const net = new Net();
    expect(flags(net)).toEqual([true, true, true, true, true]);
    expect(net.requiresGrad_(false)).toBe(net);
    expect(flags(net)).toEqual([false, false, false, false, false]);
    net.head.requiresGrad_(true);
    expect(flags(net)).toEqual([false, false, false, true, true]);
    expect(Object.keys(net.stateDict())).toEqual(Object.keys(new Net().stateDict()));
  });

  test('goes with a module that is shared', () => {
    const net = new Sequential(new BatchNorm1d(3), new LayerNorm(4));
    net.at(0).requiresGrad_(false);
    const handle = structuredClone(net.share());
    expect(flags(Sequential.fromShared(handle))).toEqual([false, false, true, true]);
    // Options of a module that is there already stay.
    const other = new Sequential(new BatchNorm1d(3), new LayerNorm(4));
    expect(flags(other.useShared(handle))).toEqual([true, true, true, true]);
  });

  test('of a lazy layer waits for its first input, and of a frozen one does nothing', () => {
    const lazy = new Sequential(new BatchNorm1d(3), new LazyBatchNorm1d());
    expectRefused(() => lazy.requiresGrad_(false), ArgumentError, 'it is lazy');
    expect((lazy.at(0) as BatchNorm1d).weight?.requiresGrad).toBe(true);
    lazy.forward(randn([4, 3]));
    expect(flags(lazy.requiresGrad_(false))).toEqual([false, false, false, false]);
    const frozen = freezeBatchNorm(new Sequential(new BatchNorm1d(3)).requiresGrad_(false));
    expect(frozen.at(0)).toBeInstanceOf(FrozenBatchNorm1d);
    expect(flags(frozen.requiresGrad_(true))).toEqual([]);
  });
});

test("PyTorch's spelling is refused, and named", () => {
  const weight = new Parameter(ones([2]));
  expectRefused(
    () => Object.assign(weight, { requires_grad: false }),
    ArgumentError,
    'Parameter has no requires_grad: set requiresGrad',
  );
  expect(weight.requiresGrad).toBe(true);
});
