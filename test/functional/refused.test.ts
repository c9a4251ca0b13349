import {
  ArgumentError,
  DTypeError,
  functional as F,
  full,
  ones,
  randn,
  ShapeError,
  type TensorLike,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway, thiefOf } from '../take-away';

const input = randn([4, 3, 2, 2]);
const mean = full([3], 2);
const variance = full([3], 4);
const out = full([4, 3, 2, 2], 9);

/** A value that TypeScript would refuse. */
const wrong = (value: unknown) => value as never;

function refused(
  call: () => unknown,
  type: Parameters<typeof expectRefused>[1],
  message: string,
): void {
  const said = expectRefused(call, type, message, [input, mean, variance, out]);
  expect(said).toMatch(/^batchNorm: /);
}

describe.each([true, false])('batchNorm with training: %s refuses', (training) => {
  test('too few axes', () => {
    refused(
      () => F.batchNorm(zeros([3]), mean, variance, { training }),
      ShapeError,
      'batchNorm: Expected at least 2 dimensions for input tensor but received 1: the shape should be (N, C) or longer, got [3]',
    );
    refused(
      () => F.batchNorm(tensor(1), mean, variance, { training }),
      ShapeError,
      '2 dimensions for input tensor but received 0',
    );
  });

  test('another number of channels', () => {
    refused(
      () => F.batchNorm(input, zeros([4]), variance, { training, out }),
      ShapeError,
      'batchNorm: running_mean should contain 3 elements not 4: the input has 3 channels, its shape is [4, 3, 2, 2]',
    );
    refused(
      () => F.batchNorm(input, mean, zeros([2]), { training, out }),
      ShapeError,
      'running_var should contain 3 elements not 2',
    );
    for (const name of ['weight', 'bias']) {
      refused(
        () => F.batchNorm(input, mean, variance, { training, out, [name]: ones([1]) }),
        ShapeError,
        `${name} should contain 3 elements not 1`,
      );
    }
  });

  test('channels that do not fit an empty input', () => {
    refused(
      () => F.batchNorm(zeros([0, 4]), mean, variance, { training }),
      ShapeError,
      'running_mean should contain 4 elements not 3',
    );
  });

  test('another dtype', () => {
    for (const name of ['weight', 'bias']) {
      refused(
        () =>
          F.batchNorm(input, mean, variance, {
            training,
            out,
            [name]: ones([3], { dtype: 'float64' }),
          }),
        DTypeError,
        `expected scalar type float32 but found float64: the input is float32 and ${name} is float64`,
      );
    }
    refused(
      () => F.batchNorm(input.to({ dtype: 'float64' }), mean, variance, { training }),
      DTypeError,
      'expected scalar type float64 but found float32: the input is float64 and running_mean is float32',
    );
    refused(
      () =>
        F.batchNorm({ data: wrong(new Int32Array(6)), shape: [2, 3] }, null, null, { training }),
      DTypeError,
      'Int32Array',
    );
  });

  test('an out that does not fit', () => {
    const call = (other: TensorLike) => () =>
      F.batchNorm(input, mean, variance, { training, out: other });
    refused(call(zeros([4, 3, 4])), ShapeError, "out should have the input's shape [4, 3, 2, 2]");
    refused(call(zeros([4, 3, 2, 3])), ShapeError, 'got [4, 3, 2, 3]');
    refused(
      call(zeros([4, 3, 2, 2], { dtype: 'float64' })),
      DTypeError,
      "out should have the input's dtype float32, got float64",
    );
    refused(
      call(zeros([4, 3, 2, 2], { memoryFormat: 'channelsLast' })),
      ShapeError,
      "out should have the result's memory format contiguous, got channelsLast",
    );
    refused(
      call({ data: input.data, shape: input.shape, memoryFormat: 'channelsLast' }),
      ShapeError,
      'memory format',
    );
  });

  test('an out that overlaps', () => {
    const memory = new Float32Array(24);
    const x = tensor(memory.subarray(0, 12), [2, 3, 2]);
    refused(
      () =>
        F.batchNorm(x, mean, variance, {
          training,
          out: tensor(memory.subarray(2, 14), [2, 3, 2]),
        }),
      ArgumentError,
      'out shares a part of its memory with input',
    );
    const parameter = tensor(memory.subarray(20, 23), [3]);
    const end = tensor(memory.subarray(12, 24), [2, 3, 2]);
    for (const name of ['weight', 'bias']) {
      refused(
        () => F.batchNorm(x, mean, variance, { training, [name]: parameter, out: end }),
        ArgumentError,
        `out shares memory with ${name}`,
      );
    }
    refused(
      () => F.batchNorm(x, parameter, variance, { training, out: end }),
      ArgumentError,
      'out shares memory with running_mean',
    );
    refused(
      () => F.batchNorm(x, mean, parameter, { training, out: end }),
      ArgumentError,
      'out shares memory with running_var',
    );
  });

  test('a residual that does not fit, or that out covers in part', () => {
    const memory = new Float32Array(60);
    const residual = tensor(memory.subarray(0, 48), [4, 3, 2, 2]);
    const part = tensor(memory.subarray(1, 49), [4, 3, 2, 2]);
    const call = (options: object) => () =>
      F.batchNorm(input, mean, variance, { training, out, ...options });
    refused(call({ residual: ones([4, 3]) }), ShapeError, "residual should have the input's shape");
    refused(
      call({ residual: residual.to({ dtype: 'float64' }) }),
      DTypeError,
      "found float64: residual should have the input's dtype",
    );
    refused(
      call({ residual, out: part }),
      ArgumentError,
      'out shares a part of its memory with residual',
    );
    refused(call({ residual: 3 }), ArgumentError, 'residual must be a Tensor');
    takeAway(residual);
    refused(call({ residual }), ArgumentError, 'residual');
  });

  test('an activation or a slope that makes no sense', () => {
    const call = (options: object) => () =>
      F.batchNorm(input, mean, variance, { training, out, ...options });
    refused(
      call({ activation: 'elu' }),
      ArgumentError,
      "activation should be 'relu', 'leakyRelu' or null, got 'elu'",
    );
    refused(
      call({ negativeSlope: 0.1 }),
      ArgumentError,
      "negativeSlope goes with activation: 'leakyRelu' alone",
    );
    refused(
      call({ activation: 'leakyRelu', negativeSlope: 1 / 0 }),
      ArgumentError,
      'negativeSlope should be a finite number, in float32 too, got Infinity',
    );
  });

  test.each([Number.NaN, -1e-5, Number.POSITIVE_INFINITY, '1e-5', null, 1n])('eps %p', (eps) => {
    refused(
      () => F.batchNorm(input, mean, variance, { training, out, eps: wrong(eps) }),
      ArgumentError,
      'eps should be a finite number >= 0, got ',
    );
  });

  test.each([Number.NaN, Number.NEGATIVE_INFINITY, null, '0.1'])('momentum %p', (momentum) => {
    refused(
      () => F.batchNorm(input, mean, variance, { training, out, momentum: wrong(momentum) }),
      ArgumentError,
      'momentum should be a finite number, the weight of the new value, got ',
    );
  });

  test.each([0, 'yes', null])('%p where a boolean is meant', (value) => {
    for (const name of ['training', 'unbiasedRunningVar']) {
      refused(
        () => F.batchNorm(input, mean, variance, { training, out, [name]: value }),
        ArgumentError,
        `${name} should be true or false, got `,
      );
    }
  });

  test('an unknown option, and a tensor in place of the options', () => {
    refused(
      () => F.batchNorm(input, mean, variance, wrong({ training, out, train: true })),
      ArgumentError,
      "unknown option 'train', the options are weight, bias, training, momentum, eps, out, unbiasedRunningVar, activation, negativeSlope, residual",
    );
    refused(
      () => F.batchNorm(input, mean, variance, wrong(ones([3]))),
      ArgumentError,
      'options should be an object of weight, bias, training, momentum, eps, out, unbiasedRunningVar, activation, negativeSlope, residual, got Tensor',
    );
    refused(
      () => F.batchNorm(input, mean, variance, wrong(null)),
      ArgumentError,
      'options should be an object',
    );
  });

  test.each([null, undefined, 3, 'x', [1, 2], new Float32Array(3), {}, { data: [1], shape: [1] }])(
    '%p where a tensor is meant',
    (value) => {
      expect(() => F.batchNorm(wrong(value), mean, variance, { training, out })).toThrow(
        /^batchNorm: input/,
      );
      if (value === null || value === undefined) return;
      for (const name of ['weight', 'bias', 'out']) {
        const options = { training, out, [name]: wrong(value) };
        const call = () => F.batchNorm(input, mean, variance, options);
        expect(call).toThrow(new RegExp(`^batchNorm: ${name}`));
      }
      const buffers = [
        [wrong(value), variance, /^batchNorm: runningMean/],
        [mean, wrong(value), /^batchNorm: runningVar/],
      ] as const;
      for (const [runningMean, runningVar, message] of buffers) {
        expect(() => F.batchNorm(input, runningMean, runningVar, { training })).toThrow(message);
      }
      expect([...mean.data, ...out.data]).toEqual([2, 2, 2, ...Array(48).fill(9)]);
    },
  );

  test('a tensor whose memory was taken away', () => {
    const gone = randn([4, 3, 2, 2]);
    takeAway(gone);
    refused(() => F.batchNorm(gone, mean, variance, { training, out }), ArgumentError, 'input');
    refused(
      () => F.batchNorm(input, mean, variance, { training, out: gone }),
      ArgumentError,
      'out',
    );
    const parameter = ones([3]);
    takeAway(parameter);
    for (const name of ['weight', 'bias']) {
      refused(
        () => F.batchNorm(input, mean, variance, { training, out, [name]: parameter }),
        ArgumentError,
        name,
      );
    }
    refused(
      () => F.batchNorm(input, parameter, variance, { training, out }),
      ArgumentError,
      'runningMean',
    );
    refused(
      () => F.batchNorm(input, mean, parameter, { training, out }),
      ArgumentError,
      'runningVar',
    );
  });

  test('memory that a later argument takes away while it is read', () => {
    for (const victim of ['input', 'weight', 'runningMean'] as const) {
      const tensors = { input: randn([4, 3]), weight: ones([3]), runningMean: ones([3]) };
      refused(
        () =>
          F.batchNorm(tensors.input, tensors.runningMean, variance, {
            training,
            weight: tensors.weight,
            out: thiefOf(tensors[victim]),
          }),
        ArgumentError,
        'is gone: it should hold ',
      );
    }
  });
});

test('batchNorm refuses one value per channel in training', () => {
  for (const shape of [
    [1, 3],
    [1, 3, 1, 1],
    [1, 0], // PyTorch, too, does not ask how many channels there are
  ]) {
    const [mean, variance] = [ones([shape[1] as number]), ones([shape[1] as number])];
    refused(
      () => F.batchNorm(zeros(shape), mean, variance, { training: true }),
      ShapeError,
      `Expected more than 1 value per channel when training, got input size [${shape.join(', ')}]. Drop the last, incomplete batch`,
    );
    expect(F.batchNorm(zeros(shape), mean, variance).shape).toEqual(shape);
  }
});

test('batchNorm refuses to evaluate without running statistics', () => {
  refused(
    () => F.batchNorm(input, null, variance, { out }),
    ArgumentError,
    'running_mean must be defined in evaluation mode',
  );
  refused(
    () => F.batchNorm(input, mean, null, { out }),
    ArgumentError,
    'running_var must be defined in evaluation mode',
  );
});

test('batchNorm refuses to update running statistics that share memory', () => {
  refused(
    () => F.batchNorm(input, mean, mean, { training: true, out }),
    ArgumentError,
    'running_mean and running_var share memory',
  );
});
