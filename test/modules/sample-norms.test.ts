import {
  ArgumentError,
  type FloatArray,
  LayerNorm,
  manualSeed,
  randn,
  ShapeError,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { expectSame } from '../reference/same';
import { takeAway, thiefOf } from '../take-away';
import { aliases } from './aliases';
import { layerKinds, type SampleLayer, trained } from './sample-norms';

const cases = layerKinds.flatMap((kind) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    (['contiguous', 'channelsLast'] as const).map(
      (memoryFormat) => [kind.name, dtype, memoryFormat, kind] as const,
    ),
  ),
);

beforeEach(() => manualSeed(29));

const parametersOf = ({ weight, bias }: SampleLayer) => ({ weight, bias });
const gradsOf = (layer: SampleLayer): Tensor[] =>
  layer.parameters().flatMap(({ grad }) => grad ?? []);

describe.each(cases)('%s, %s, %s', (_, dtype, memoryFormat, kind) => {
  const { norm, shape } = kind;
  const draw = () => randn(shape, { dtype, memoryFormat });

  test('gives what its function gives, in training and in evaluation', () => {
    const layer = trained(kind, { dtype });
    const x = draw();
    const before = x.data.slice();
    for (const training of [true, false]) {
      const y = layer.train(training).forward(x);
      expectSame(y.data, norm.forward(x, parametersOf(layer)).data);
      expect([y.shape, y.dtype, y.memoryFormat]).toEqual([shape, dtype, norm.format(memoryFormat)]);
    }
    expectSame(x.data, before);
  });

  test('gives the gradients of its function, and accumulates until zeroGrad', () => {
    const layer = trained(kind, { dtype });
    const { weight } = layer;
    const [x, dy] = [draw(), draw()];
    const expected = norm.backward(dy, x, { weight });
    for (const times of [1, 2]) {
      layer.forward(x);
      const dx = layer.backward(dy);
      expectSame(dx.data, expected.gradInput.data);
      expect([dx.shape, dx.memoryFormat]).toEqual([shape, norm.format(memoryFormat)]);
      const once = [expected.gradWeight, expected.gradBias].flatMap((gradient) => gradient ?? []);
      expect(gradsOf(layer)).toHaveLength(once.length);
      gradsOf(layer).forEach((grad, i) => {
        const one = once[i] as Tensor;
        expectSame(
          grad.data,
          one.data.map((value) => times * value),
        );
        expect(grad.shape).toEqual(one.shape);
      });
    }
    layer.zeroGrad();
    expect(gradsOf(layer)).toEqual([]);
  });

  test.each(Object.keys(aliases))('over %s: the bits of out of place', (alias) => {
    const layer = trained(kind, { dtype });
    const x = draw().to({ memoryFormat: norm.format(memoryFormat) });
    const dy = draw();
    const step = (out: TensorLike | null): FloatArray[] => {
      layer.zeroGrad();
      const y = layer.forward(x, { out }).data.slice();
      const dx = layer.backward(dy);
      return [y, dx.data, ...gradsOf(layer).map(({ data }) => data)];
    };
    const expected = step(null);
    const inPlace = step(aliases[alias]?.(x) ?? null);
    inPlace.forEach((values, i) => {
      expectSame(values, expected[i] as FloatArray);
    });
    expectSame(x.data, expected[0] as FloatArray);
  });

  test('writes to out, gradOutput itself included', () => {
    const layer = trained(kind, { dtype });
    const outFormat = { dtype, memoryFormat: norm.format(memoryFormat) };
    const [x, dy] = [draw(), draw().to({ memoryFormat: outFormat.memoryFormat })];
    const [y, dx] = [zeros(shape, outFormat), zeros(shape, outFormat)];
    const expected = layer.forward(x);
    const gradient = layer.backward(dy);
    expect(layer.forward(x, { out: y })).toBe(y);
    expect(layer.backward(dy, { out: dx })).toBe(dx);
    layer.forward(x);
    expect(layer.backward(dy, { out: dy })).toBe(dy);
    expectSame(y.data, expected.data);
    expectSame(dx.data, gradient.data);
    expectSame(dy.data, gradient.data);
  });

  test('works without parameters', () => {
    const layer = kind.make({ dtype, affine: false });
    const [x, dy] = [draw(), draw()];
    expect([layer.weight, layer.bias, layer.parameters()]).toEqual([null, null, []]);
    expectSame(layer.forward(x).data, norm.forward(x).data);
    expectSame(layer.backward(dy).data, norm.backward(dy, x).gradInput.data);
  });
});

describe.each(layerKinds)('$name', (kind) => {
  const { norm, shape, wrongShape } = kind;
  const className = kind.name.replace(/\(.*/, '');
  const nothingKept = `${className}: there is no forward pass to go backward through`;
  const [x, dy] = [randn(shape), randn(shape)];

  test('takes its eps from the option, and later from the property', () => {
    const layer = kind.make({ eps: 0.5 });
    expect(layer.eps).toBe(0.5);
    expectSame(layer.forward(x).data, norm.forward(x, { ...parametersOf(layer), eps: 0.5 }).data);
    layer.eps = 0.25;
    expectSame(layer.forward(x).data, norm.forward(x, { ...parametersOf(layer), eps: 0.25 }).data);
    const { gradInput } = norm.backward(dy, x, { weight: layer.weight, eps: 0.25 });
    expectSame(layer.backward(dy).data, gradInput.data);
    for (const eps of [-1, Number.NaN, '1', undefined]) {
      const set = () => Object.assign(layer, { eps });
      expectRefused(set, ArgumentError, `${className}: eps should be a finite number >= 0`);
    }
    expect(layer.eps).toBe(0.25);
  });

  test('backward is for one forward, the last, and only where that kept its input', () => {
    const layer = trained(kind);
    expectRefused(() => layer.backward(dy), ArgumentError, nothingKept);
    layer.forward(x);
    const expected = layer.backward(dy);
    expectRefused(() => layer.backward(dy), ArgumentError, nothingKept, gradsOf(layer));
    layer.forward(x);
    layer.forward(x, { grad: false });
    expectRefused(() => layer.backward(dy), ArgumentError, nothingKept);
    layer.eval().forward(x);
    expectRefused(() => layer.backward(dy), ArgumentError, nothingKept);
    layer.forward(x, { grad: true });
    expectSame(layer.backward(dy).data, expected.data);
    layer.train().forward(randn([9, ...shape.slice(1)]));
    layer.forward(x);
    expectSame(layer.backward(dy).data, expected.data);
  });

  test('batches of several sizes follow each other', () => {
    const layer = trained(kind);
    for (const n of [4, 1, 7, 0, 2, 2]) {
      const [input, gradient] = [randn([n, ...shape.slice(1)]), randn([n, ...shape.slice(1)])];
      const expected = norm.backward(gradient, input, { weight: layer.weight });
      layer.zeroGrad();
      layer.forward(input, { out: input.clone() });
      expectSame(layer.backward(gradient).data, expected.gradInput.data);
      expectSame(layer.weight?.grad?.data as FloatArray, expected.gradWeight.data);
    }
  });

  test('a refused forward changes nothing', () => {
    const layer = trained(kind);
    layer.forward(x);
    const expected = layer.backward(dy);
    layer.forward(x);
    const tensors = [...layer.parameters(), ...layer.buffers(), x];
    const refused = (call: () => unknown, type: typeof ShapeError | typeof ArgumentError) => {
      const said = expectRefused(call, type, `${className}: `, tensors);
      expect(said.startsWith(`${className}: `)).toBe(true);
    };
    refused(() => layer.forward(randn(wrongShape)), ShapeError);
    refused(() => layer.forward(zeros([])), ShapeError);
    refused(() => layer.forward(x, { out: randn(wrongShape) }), ShapeError);
    refused(() => layer.forward(x, { out: 3 as never }), ArgumentError);
    refused(() => layer.forward(x, { grad: 1 as never }), ArgumentError);
    refused(() => layer.forward(x, { residual: x } as never), ArgumentError);
    refused(() => layer.forward(null as never), ArgumentError);
    const memory = new Float32Array(x.size + 1);
    const whole = tensor(memory.subarray(1), shape);
    refused(
      () => layer.forward(whole, { out: tensor(memory.subarray(0, -1), shape) }),
      ArgumentError,
    );
    const other = x.clone();
    refused(() => layer.forward(other, { out: thiefOf(other) }), ArgumentError);
    expectSame(layer.backward(dy).data, expected.data);
  });

  test('a refused backward changes nothing and can be made again', () => {
    const layer = trained(kind);
    layer.forward(x);
    const expected = layer.backward(dy);
    layer.forward(x);
    const before = gradsOf(layer);
    const refused = (call: () => unknown, message: string) => {
      const said = expectRefused(call, Error as never, message, [x, dy, ...before]);
      expect(said.startsWith(`${className}: `)).toBe(true);
    };
    refused(() => layer.backward(randn(wrongShape)), "gradOutput should have the input's shape");
    refused(() => layer.backward(dy.to({ dtype: 'float64' })), 'gradOutput should have');
    refused(() => layer.backward(dy, { out: randn(wrongShape) }), 'out should have');
    refused(() => layer.backward(dy, { out: x }), 'the input of the forward pass');
    refused(() => layer.backward(dy, { grad: true } as never), "unknown option 'grad'");
    refused(() => layer.backward([1] as never), 'gradOutput must be a Tensor');
    expectSame(layer.backward(dy).data, expected.data);
  });

  test('memory that was taken away is refused, its own included', () => {
    const gone = x.clone();
    const layer = trained(kind);
    layer.forward(gone);
    takeAway(gone);
    const before = gradsOf(layer);
    const message = `the memory of input is gone: it should hold ${x.size} elements and holds 0`;
    expectRefused(() => layer.backward(dy), ArgumentError, message, before);
    expectRefused(() => layer.forward(gone), ArgumentError, message);
    layer.forward(x);
    layer.backward(dy);
    layer.forward(x);
    for (const name of layer.bias === null ? ['weight'] : ['bias', 'weight']) {
      const [lost] = layer.namedParameters().filter(([known]) => known === name);
      takeAway(lost?.[1].grad as Tensor);
      const message = `the memory of ${name}.grad is gone`;
      expectRefused(() => layer.backward(dy), ArgumentError, message, gradsOf(layer));
    }
    takeAway(layer.weight as Tensor);
    expectRefused(() => layer.forward(x), ArgumentError, 'the memory of weight is gone');
  });

  test('gradOutput in another memory format gives the same bits', () => {
    const layer = trained(kind);
    layer.forward(x);
    const expected = layer.backward(dy);
    layer.forward(x);
    expectSame(layer.backward(dy.to({ memoryFormat: 'channelsLast' })).data, expected.data);
  });

  test('resetParameters goes back to the start', () => {
    const layer = trained(kind);
    layer.resetParameters();
    expect(layer.weight?.data.every((value) => value === 1)).toBe(true);
    expect(layer.bias?.data.every((value) => value === 0) ?? true).toBe(true);
  });

  test('weight and bias cannot be replaced, from JavaScript either', () => {
    const layer = trained(kind);
    const { weight } = layer;
    for (const name of ['weight', 'bias']) expect(Reflect.set(layer, name, null)).toBe(false);
    expect(layer.weight).toBe(weight);
  });
});

test.each(['weight', 'bias'] as const)('an out over the %s of a layer is refused', (name) => {
  const layer = new LayerNorm(5);
  const out = { data: (layer[name] as Tensor).data, shape: [1, 5] };
  const message = `LayerNorm: out shares memory with ${name}`;
  expectRefused(
    () => layer.forward(randn([1, 5]), { out }),
    ArgumentError,
    message,
    layer.parameters(),
  );
});
