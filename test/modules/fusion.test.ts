import {
  type ActivationName,
  BatchNorm1d,
  BatchNorm2d,
  type FloatArray,
  full,
  manualSeed,
  ones,
  type ResidualGradients,
  randn,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { native } from '../../lib/native';
import { gradients, moments, normalize } from '../reference/batch-norm';
import { fuse, throughActivation } from '../reference/fusion';
import { expectSame } from '../reference/same';
import { slopesOf, weightedSum } from '../reference/slopes';
import { expectWithinUlps } from '../reference/ulps';
import { fusions, trainedLayer } from './fused-layers';
import { layers } from './layers';

beforeEach(() => manualSeed(43));

/** The values of a tensor in logical order, in float64. */
const logical = (x: Tensor) => new Float64Array(x.to({ memoryFormat: 'contiguous' }).data);
const sum = (a: FloatArray, b: FloatArray) => a.map((value, i) => value + (b[i] as number));

describe.each(layers)('$Layer.name on $shape, against float64', ({ shape }) => {
  const combinations = fusions.flatMap((fusion) =>
    (['contiguous', 'channelsLast'] as const).flatMap((memoryFormat) =>
      [true, false].map((training) => [fusion, memoryFormat, training] as const),
    ),
  );

  test.each(combinations)('%j, %s, training: %s', (fusion, memoryFormat, training) => {
    const bn = trainedLayer(shape, fusion).train(training);
    const draw = () => randn([...shape], { memoryFormat });
    const [x, residual, dy] = [draw(), draw(), draw()];
    const { mean, variance } = training
      ? moments(x)
      : { mean: bn.runningMean?.data ?? [], variance: bn.runningVar?.data ?? [] };
    const affine = { weight: bn.weight?.data, bias: bn.bias?.data };
    const normalized = Float64Array.from(normalize(x, mean, variance, 1e-5, affine));
    const { output, passes } = fuse(normalized, logical(residual), fusion);
    const dz = tensor(throughActivation(logical(dy), passes, fusion), shape);
    const expected = gradients(dz, x, mean, variance, 1e-5, training, affine.weight);

    const y = bn.forward(x, { residual, grad: true });
    const { gradInput, gradResidual } = bn.backward<ResidualGradients>(dy);
    expectWithinUlps(y, output, 4);
    expectWithinUlps(gradInput, expected.input, 4);
    expectWithinUlps(gradResidual, dz.data, 1);
    expectWithinUlps(bn.weight?.grad ?? zeros([0]), expected.weight, 2);
    expectWithinUlps(bn.bias?.grad ?? zeros([0]), expected.bias, 2);
    for (const result of [y, gradInput, gradResidual]) {
      expect([result.shape, result.dtype, result.memoryFormat]).toEqual([
        shape,
        'float32',
        memoryFormat,
      ]);
    }
  });
});

test.each(fusions)(
  '%j: the gradients are those of the function, by finite differences',
  (fusion) => {
    const shape = [3, 2, 4];
    const options = { dtype: 'float64' } as const;
    const bn = trainedLayer(shape, { ...options, ...fusion });
    const [x, residual, dy] = [randn(shape, options), randn(shape, options), randn(shape, options)];
    const loss = () => weightedSum(bn.forward(x, { residual, grad: false }), dy);
    bn.forward(x, { residual });
    const { gradInput, gradResidual } = bn.backward<ResidualGradients>(dy);
    const [weight, bias] = [bn.weight as Tensor, bn.bias as Tensor];
    const pairs = [
      [gradInput, x],
      [gradResidual, residual],
      [bn.weight?.grad as Tensor, weight],
      [bn.bias?.grad as Tensor, bias],
    ] as const;
    for (const [gradient, variable] of pairs) {
      slopesOf(loss, variable).forEach((slope, i) => {
        expect(Math.abs((gradient.data[i] as number) - slope)).toBeLessThan(1e-8);
      });
    }
  },
);

describe('values at the edge', () => {
  const edge = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1];
  /** Gives its input, 0 and -0 as they are. */
  const identity = (activation: ActivationName, negativeSlope?: number) => {
    const bn = new BatchNorm1d(1, { activation, negativeSlope, eps: 0 }).eval();
    bn.bias?.data.fill(-0);
    return bn;
  };
  const column = (values: number[]) => tensor(values, [values.length, 1]);

  test.each([
    ['relu', undefined, [Number.NaN, 1 / 0, 0, 0, 0, 1, 0], [3, 3, 0, 0, 0, 3, 0]],
    [
      'leakyRelu',
      0.5,
      [Number.NaN, 1 / 0, -1 / 0, 0, -0, 1, -0.5],
      [1.5, 3, 1.5, 1.5, 1.5, 3, 1.5],
    ],
    ['leakyRelu', 0, [Number.NaN, 1 / 0, Number.NaN, 0, -0, 1, -0], [0, 3, 0, 0, 0, 3, 0]],
    ['leakyRelu', -2, [Number.NaN, 1 / 0, 1 / 0, -0, 0, 1, 2], [-6, 3, -6, -6, -6, 3, -6]],
  ] as const)('%s %p of NaN, infinities and zeros', (activation, slope, outputs, slopes) => {
    const bn = identity(activation, slope);
    expectSame(bn.forward(column(edge), { grad: true }).data, outputs);
    expectSame(bn.backward(full([edge.length, 1], 3)).data, slopes);
  });

  test('a residual of them too', () => {
    const bn = identity('relu');
    const x = full([edge.length, 1], -1);
    const y = bn.forward(x, { residual: column(edge), grad: true });
    expectSame(y.data, [Number.NaN, 1 / 0, 0, 0, 0, 0, 0]);
    const { gradResidual } = bn.backward<ResidualGradients>(ones([edge.length, 1]));
    expectSame(gradResidual.data, [1, 1, 0, 0, 0, 0, 0]);
  });

  test('the residual is added to the rounded output', () => {
    const bn = identity('relu');
    bn.weight?.data.fill(1 + 2 ** -12);
    const x = Math.fround(1 + 2 ** -12);
    // x * weight = 1 + 2^-11 + 2^-24, whose last bit is lost before the residual cancels the rest.
    expect(bn.forward(column([x]), { residual: column([-1 - 2 ** -11]) }).data[0]).toBe(0);
  });

  test('the slope is of the type of the input', () => {
    const y = identity('leakyRelu', 0.1).forward(column([-3])).data[0];
    expect(y).toBe(Math.fround(-3 * Math.fround(0.1)));
  });
});

describe('the residual', () => {
  const shape = [2, 3, 2, 5];

  test('may come in another memory format', () => {
    const bn = trainedLayer(shape, { activation: 'relu' });
    const [x, residual, dy] = [randn(shape), randn(shape), randn(shape)];
    const expected = bn.forward(x, { residual });
    const gradient = bn.backward<ResidualGradients>(dy).gradResidual;
    const converted = residual.to({ memoryFormat: 'channelsLast' });
    const before = converted.data.slice();
    const y = bn.forward(x, { residual: converted });
    expect(y.memoryFormat).toBe('contiguous');
    expectSame(y.data, expected.data);
    const { gradResidual } = bn.backward<ResidualGradients>(dy);
    expect(gradResidual.memoryFormat).toBe('contiguous');
    expectSame(gradResidual.data, gradient.data);
    expectSame(converted.data, before);
  });

  test('in another memory format may lie where out goes', () => {
    const bn = trainedLayer(shape);
    const [x, memory] = [randn(shape), randn(shape).data];
    const residual = new Tensor(memory, shape, 'channelsLast');
    const expected = bn.forward(x, { residual });
    const out = new Tensor(memory, shape);
    expectSame(bn.forward(x, { residual, out }).data, expected.data);
  });

  test('may be the input itself, whose gradient is then the sum of both', () => {
    const options = { dtype: 'float64' } as const;
    const bn = trainedLayer([5, 2], { ...options, activation: 'leakyRelu', negativeSlope: 0.2 });
    const [x, dy] = [randn([5, 2], options), randn([5, 2], options)];
    bn.forward(x, { residual: x });
    const { gradInput, gradResidual } = bn.backward<ResidualGradients>(dy);
    const total = sum(gradInput.data, gradResidual.data);
    const loss = () => weightedSum(bn.forward(x, { residual: x, grad: false }), dy);
    slopesOf(loss, x).forEach((slope, i) => {
      expect(Math.abs((total[i] as number) - slope)).toBeLessThan(1e-8);
    });
  });

  test('may be whatever stands for a tensor', () => {
    const bn = new BatchNorm1d(2).eval();
    const x = { data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] };
    const residual = {
      data: Float32Array.of(1, 0, 0, 1),
      shape: [2, 2],
      stride: [2, 1],
      offset: 0,
    };
    const plain = bn.forward(x).data;
    expectSame(bn.forward(x, { residual }).data, sum(plain, Float32Array.of(1, 0, 0, 1)));
  });

  test('of an empty batch has an empty gradient', () => {
    const bn = new BatchNorm2d(3, { activation: 'relu' });
    const empty = zeros([0, 3, 2, 2]);
    expect(bn.forward(empty, { residual: empty }).shape).toEqual(empty.shape);
    const { gradInput, gradResidual } = bn.backward<ResidualGradients>(empty);
    expect([gradInput.shape, gradResidual.shape]).toEqual([empty.shape, empty.shape]);
    expect(bn.weight?.grad?.data).toEqual(new Float32Array(3));
  });

  test('null or undefined is none', () => {
    const bn = new BatchNorm1d(3);
    const x = randn([4, 3]);
    for (const residual of [null, undefined]) {
      bn.forward(x, { residual });
      expect(bn.backward(x, { outResidual: residual })).toBeInstanceOf(Tensor);
    }
  });
});

describe('what backward returns', () => {
  const [x, dy] = [randn([4, 3]), randn([4, 3])];

  test('is a tensor, and with a residual both gradients', () => {
    for (const fusion of fusions) {
      const bn = new BatchNorm1d(3, fusion);
      bn.forward(x);
      expect(bn.backward(dy)).toBeInstanceOf(Tensor);
      bn.forward(x, { residual: dy });
      const both = bn.backward<ResidualGradients>(dy);
      expect(Object.keys(both)).toEqual(['gradInput', 'gradResidual']);
    }
  });

  test('is where out and outResidual say, as the compiler knows too', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    bn.forward(x, { residual: dy });
    const expected = bn.backward<ResidualGradients>(dy);
    const [out, outResidual] = [zeros([4, 3]), zeros([4, 3])];
    bn.forward(x, { residual: dy });
    const { gradInput, gradResidual } = bn.backward(dy, { out, outResidual });
    expect(gradInput).toBe(out);
    expect(gradResidual).toBe(outResidual);
    expectSame(out.data, expected.gradInput.data);
    expectSame(outResidual.data, expected.gradResidual.data);
  });

  test('shares no memory, with gradOutput neither', () => {
    for (const fusion of fusions) {
      const bn = new BatchNorm1d(3, fusion);
      bn.forward(x, { residual: dy });
      const { gradInput, gradResidual } = bn.backward<ResidualGradients>(dy);
      expect(new Set([dy, x, gradInput, gradResidual].map(({ data }) => data.buffer)).size).toBe(4);
    }
  });

  test('may go over gradOutput, either of the two', () => {
    for (const fusion of fusions) {
      const bn = new BatchNorm1d(3, fusion);
      const backward = (outs: (dy: Tensor) => object) => {
        const gradOutput = dy.clone();
        bn.forward(x, { residual: dy });
        return { gradOutput, ...bn.backward<ResidualGradients>(gradOutput, outs(gradOutput)) };
      };
      const apart = backward(() => ({}));
      expectSame(apart.gradOutput.data, dy.data);
      const first = backward((out) => ({ out }));
      expect(first.gradInput).toBe(first.gradOutput);
      const second = backward((outResidual) => ({ outResidual }));
      expect(second.gradResidual).toBe(second.gradOutput);
      for (const { gradInput, gradResidual } of [first, second]) {
        expectSame(gradInput.data, apart.gradInput.data);
        expectSame(gradResidual.data, apart.gradResidual.data);
      }
    }
  });

  test('comes from a gradient in another memory format', () => {
    const shape = [2, 3, 2, 5];
    const bn = trainedLayer(shape, { activation: 'relu' });
    const [input, gradient] = [randn(shape), randn(shape)];
    const through = (gradOutput: Tensor) => {
      bn.forward(input, { residual: input });
      return bn.backward<ResidualGradients>(gradOutput);
    };
    const expected = through(gradient);
    const actual = through(gradient.to({ memoryFormat: 'channelsLast' }));
    expectSame(actual.gradInput.data, expected.gradInput.data);
    expectSame(actual.gradResidual.data, expected.gradResidual.data);
  });
});

describe('what is kept', () => {
  const [x, dy] = [randn([40, 3]), randn([40, 3])];
  let masks: (Uint8Array | null)[];

  beforeEach(() => {
    masks = [];
    const { batchNormTrain, batchNormEval } = native;
    jest.spyOn(native, 'batchNormTrain').mockImplementation((...values) => {
      masks.push(values[15]);
      return batchNormTrain(...values);
    });
    jest.spyOn(native, 'batchNormEval').mockImplementation((...values) => {
      masks.push(values[14]);
      return batchNormEval(...values);
    });
  });
  afterEach(() => jest.restoreAllMocks());

  test('is not the output, which may be overwritten', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    bn.forward(x);
    const expected = bn.backward(dy);
    bn.forward(x).data.fill(-1);
    expectSame(bn.backward(dy).data, expected.data);
  });

  test('is not the residual, which may be overwritten', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    const residual = randn([40, 3]);
    bn.forward(x, { residual });
    const expected = bn.backward<ResidualGradients>(dy);
    bn.forward(x, { residual });
    residual.data.fill(-100);
    expectSame(bn.backward<ResidualGradients>(dy).gradInput.data, expected.gradInput.data);
  });

  test('is a mask in the same memory each time, as long as that is large enough', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    for (let step = 0; step < 1000; step++) {
      bn.train(step % 2 === 0).forward(x, { grad: true });
      bn.backward(dy);
    }
    expect(new Set(masks).size).toBe(1);
    bn.forward(randn([7, 3]), { grad: true });
    expect(new Set(masks).size).toBe(1);
    const larger = randn([80, 3]);
    bn.forward(larger, { grad: true });
    bn.forward(x, { grad: true });
    bn.forward(larger, { grad: true });
    expect(new Set(masks).size).toBe(2);
    expect(masks.map((mask) => (mask as Uint8Array).length).slice(-3)).toEqual([40, 40, 40]);
  });

  test('is no mask without an activation, or without grad, which lets go of that of before', () => {
    const plain = new BatchNorm1d(3);
    plain.forward(x);
    plain.forward(x, { residual: x });
    const bn = new BatchNorm1d(3, { activation: 'leakyRelu' });
    bn.forward(x, { grad: false });
    bn.eval().forward(x);
    expect(masks).toEqual([null, null, null, null]);
    bn.forward(x, { grad: true });
    bn.forward(x);
    bn.forward(x, { grad: true });
    expect(new Set(masks).size).toBe(3);
  });

  test('is the mask of the last forward, whatever was kept before', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    bn.forward(x);
    const expected = bn.backward(dy);
    bn.forward(full([90, 3], 5));
    bn.forward(x.to({ memoryFormat: 'channelsLast' }), { residual: x });
    bn.forward(x);
    expectSame(bn.backward(dy).data, expected.data);
  });

  test('in evaluation is of that forward, whatever happens later', () => {
    const bn = trainedLayer([40, 3], { activation: 'relu' }).eval();
    bn.forward(x, { grad: true });
    const expected = bn.backward(dy);
    bn.forward(x, { grad: true });
    bn.runningMean?.data.fill(100);
    bn.runningVar?.data.fill(100);
    bn.bias?.data.fill(-100);
    expectSame(bn.backward(dy).data, expected.data);
  });

  test('outlives a refused forward', () => {
    const bn = new BatchNorm1d(3, { activation: 'relu' });
    bn.forward(x, { residual: dy });
    const expected = bn.backward<ResidualGradients>(dy);
    bn.forward(x, { residual: dy });
    expect(() => bn.forward(randn([1, 3]))).toThrow('more than 1 value');
    expect(() => bn.forward(randn([500, 3]), { residual: x })).toThrow('residual');
    expectSame(bn.backward<ResidualGradients>(dy).gradInput.data, expected.gradInput.data);
  });
});

test('a layer without parameters and running statistics fuses all the same', () => {
  const bare = { affine: false, trackRunningStats: false };
  const shape = [5, 3, 7];
  const [x, dy] = [randn(shape), randn(shape)];
  for (const fusion of fusions) {
    const plain = new BatchNorm1d(3, bare).eval();
    const fused = new BatchNorm1d(3, { ...bare, ...fusion }).eval();
    const { output, passes } = fuse(plain.forward(x, { grad: true }).data, null, fusion);
    expectSame(fused.forward(x, { grad: true }).data, output);
    const expected = plain.backward({ data: throughActivation(dy.data, passes, fusion), shape });
    expectSame(fused.backward(dy).data, expected.data);
  }
});

test('the state dict has nothing of the activation', () => {
  const bn = new BatchNorm1d(3, { activation: 'relu' });
  expect(Object.keys(bn.stateDict())).toEqual(Object.keys(new BatchNorm1d(3).stateDict()));
  new BatchNorm1d(3, { activation: 'leakyRelu' }).loadStateDict(bn.stateDict());
});
