import {
  ArgumentError,
  DTypeError,
  functional as F,
  full,
  ones,
  randn,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway, thiefOf } from '../take-away';
import { groupNorm, instanceNorm, layerNorm, rmsNorm, type SampleNorm } from './sample-norms';

const shape = [2, 6, 4];
const x = randn(shape);
const dy = randn(shape);
const out = full(shape, 9);
const [runningMean, runningVar] = [full([6], 2), full([6], 4)];

/** A value that TypeScript would refuse. */
const wrong = (value: unknown) => value as never;

type ErrorClass = Parameters<typeof expectRefused>[1];

function refused(
  name: string,
  call: () => unknown,
  type: ErrorClass,
  message: string,
  more: readonly Tensor[] = [],
): void {
  const untouched = [x, dy, out, runningMean, runningVar, ...more];
  expect(expectRefused(call, type, message, untouched).startsWith(`${name}: `)).toBe(true);
}

interface Case {
  function: string;
  norm: SampleNorm;
  /** What its backward pass is called. */
  backward: string;
  /** The parameters that it takes. */
  parameters: string[];
  statistics: string[];
}

const cases: Case[] = (
  [
    ['layerNorm', layerNorm([4])],
    ['rmsNorm', rmsNorm([4])],
    ['groupNorm', groupNorm(2)],
    ['instanceNorm', instanceNorm()],
  ] as const
).map(([name, norm]) => ({
  function: name,
  norm,
  backward: `${name}Backward`,
  parameters: norm.hasBias ? ['weight', 'bias'] : ['weight'],
  statistics: norm.hasBias ? ['mean', 'invstd'] : ['invstd'],
}));

const notTensors = [3, 'x', true, [1, 2], new Float32Array(3), {}, { data: [1], shape: [1] }];

describe.each(cases)('$function refuses', ({ function: name, norm, parameters }) => {
  const { parameterShape } = norm.sets(shape);
  const forward = (options: object) => () => norm.forward(x, { out, ...options });

  test('another dtype of a parameter or of out', () => {
    for (const parameter of parameters) {
      const wide = ones(parameterShape, { dtype: 'float64' });
      const message = `expected scalar type float32 but found float64: the input is float32 and ${parameter} is float64`;
      refused(name, forward({ [parameter]: wide }), DTypeError, message);
    }
    const wide = zeros(shape, { dtype: 'float64' });
    const message = "out should have the input's dtype float32, got float64";
    refused(name, forward({ out: wide }), DTypeError, message, [wide]);
    const bytes = { data: wrong(new Int32Array(48)), shape };
    refused(name, () => norm.forward(bytes, { out }), DTypeError, 'Int32Array');
  });

  test('an out of another shape or memory format', () => {
    const message = "out should have the input's shape [2, 6, 4], got ";
    for (const other of [[2, 6, 5], [12, 4], [48]]) {
      refused(
        name,
        forward({ out: full(other, 9) }),
        ShapeError,
        `${message}[${other.join(', ')}]`,
      );
    }
    const last = full(shape, 9, { memoryFormat: 'channelsLast' });
    const format = "out should have the result's memory format contiguous, got channelsLast";
    refused(name, forward({ out: last }), ShapeError, format, [last]);
  });

  test('an out that overlaps', () => {
    const memory = new Float32Array(100);
    const [whole, part] = [memory.subarray(0, 48), memory.subarray(4, 52)];
    refused(
      name,
      () => norm.forward(tensor(whole, shape), { out: tensor(part, shape) }),
      ArgumentError,
      'out shares a part of its memory with input: use the same elements or others',
    );
    const size = parameterShape.reduce((a, b) => a * b);
    for (const parameter of parameters) {
      const over = tensor(memory.subarray(40, 40 + size), parameterShape);
      refused(
        name,
        () => norm.forward(x, { [parameter]: over, out: tensor(whole, shape) }),
        ArgumentError,
        `out shares memory with ${parameter}`,
      );
    }
    expect(memory.every((value) => value === 0)).toBe(true);
  });

  test.each([Number.NaN, -1e-5, Number.POSITIVE_INFINITY, '1e-5', true, 1n])('eps %p', (eps) => {
    refused(name, forward({ eps }), ArgumentError, 'eps should be a finite number >= 0');
  });

  test('an unknown option, and what is no object of options', () => {
    const call = forward({ training: true });
    refused(name, call, ArgumentError, "unknown option 'training', the options are ");
    for (const options of [null, 3, [], 'x']) {
      const message = 'options should be an object of ';
      const functions: Record<string, () => unknown> = {
        layerNorm: () => F.layerNorm(x, 4, wrong(options)),
        rmsNorm: () => F.rmsNorm(x, 4, wrong(options)),
        groupNorm: () => F.groupNorm(x, 2, wrong(options)),
        instanceNorm: () => F.instanceNorm(x, wrong(options)),
      };
      refused(name, functions[name] as () => unknown, ArgumentError, message);
    }
  });

  test.each([null, undefined, ...notTensors])('%p where a tensor is meant', (value) => {
    const begin = (argument: string) => new RegExp(`^${name}: ${argument}`);
    expect(() => norm.forward(wrong(value), { out })).toThrow(begin('input'));
    if (value === null || value === undefined) return;
    for (const argument of [...parameters, 'out']) {
      expect(() => norm.forward(x, { out, [argument]: value })).toThrow(begin(argument));
    }
    expect(out.data.every((element) => element === 9)).toBe(true);
  });

  test('a tensor whose memory was taken away', () => {
    for (const argument of ['input', 'out', ...parameters]) {
      const gone = parameters.includes(argument) ? ones(parameterShape) : randn(shape);
      takeAway(gone);
      const input = argument === 'input' ? gone : x;
      const call = () => norm.forward(input, { out, ...(input === x && { [argument]: gone }) });
      refused(name, call, ArgumentError, `the memory of ${argument} is gone: it should hold `);
    }
  });

  test('memory that out takes away while it is read', () => {
    for (const victim of ['input', ...parameters]) {
      const input = randn(shape);
      const tensors: Record<string, Tensor> = { input };
      for (const parameter of parameters) tensors[parameter] = ones(parameterShape);
      const { input: _, ...options } = tensors;
      const thief = thiefOf(tensors[victim] as Tensor);
      const call = () => norm.forward(input, { ...options, out: thief });
      refused(name, call, ArgumentError, `the memory of ${victim} is gone: it should hold `);
    }
  });
});

describe.each(cases)('$backward refuses', ({ backward: name, norm, statistics }) => {
  const { parameterShape, count } = norm.sets(shape);
  const given = () => ({ mean: new Float64Array(count), invstd: new Float64Array(count).fill(1) });
  const backward = (options: object) => () => norm.backward(dy, x, { out, ...options });

  test('a gradOutput or an out that does not fit', () => {
    refused(
      name,
      () => norm.backward(randn([2, 6, 5]), x, { out }),
      ShapeError,
      "gradOutput should have the input's shape [2, 6, 4], got [2, 6, 5]",
    );
    refused(
      name,
      () => norm.backward(dy.to({ dtype: 'float64' }), x, { out }),
      DTypeError,
      'expected scalar type float32 but found float64: gradOutput',
    );
    const message = "out should have the input's shape";
    refused(name, backward({ out: full([6, 2, 4], 9) }), ShapeError, message);
  });

  test('statistics that do not fit', () => {
    for (const statistic of statistics) {
      for (const length of [0, count - 1, count + 1]) {
        const other = { ...given(), [statistic]: new Float64Array(length) };
        const message = `${statistic} should contain ${count} elements not ${length}: one for each group of values`;
        refused(name, backward(other), ShapeError, message);
      }
      refused(
        name,
        backward({ ...given(), [statistic]: 3 }),
        ArgumentError,
        `${statistic} must be`,
      );
    }
    if (!norm.hasBias) return;
    for (const statistic of statistics) {
      const alone = { ...given(), [statistic]: undefined };
      refused(name, backward(alone), ArgumentError, 'mean and invstd go together: pass both, or');
    }
  });

  test('a weight that does not fit', () => {
    const wide = ones(parameterShape, { dtype: 'float64' });
    refused(name, backward({ weight: wide }), DTypeError, 'weight is float64');
    expect(() => norm.backward(dy, x, { out, weight: ones([5]) })).toThrow(ShapeError);
  });

  test('an out that overlaps what is read', () => {
    const over = backward({ out: x });
    refused(name, over, ArgumentError, 'out shares memory with the input of the forward pass');
    const memory = new Float32Array(100);
    const whole = tensor(memory.subarray(0, 48), shape);
    const part = tensor(memory.subarray(4, 52), shape);
    refused(
      name,
      () => norm.backward(whole, x, { out: part }),
      ArgumentError,
      'out shares a part of its memory with gradOutput',
    );
    const size = parameterShape.reduce((a, b) => a * b);
    const weight = tensor(memory.subarray(40, 40 + size), parameterShape);
    const message = 'out shares memory with weight';
    refused(name, backward({ weight, out: whole }), ArgumentError, message);
    for (const statistic of statistics) {
      const doubles = new Float64Array(memory.buffer, 0, count);
      const options = { ...given(), [statistic]: doubles, out: whole };
      refused(name, backward(options), ArgumentError, `out shares memory with ${statistic}`);
    }
    expect(memory.every((value) => value === 0)).toBe(true);
  });

  test('memory that was taken away, or that out takes away', () => {
    for (const argument of ['gradOutput', 'input'] as const) {
      for (const later of [true, false]) {
        const tensors = { gradOutput: randn(shape), input: randn(shape) };
        const thief = thiefOf(tensors[argument]);
        if (!later) takeAway(tensors[argument]);
        const call = () =>
          norm.backward(tensors.gradOutput, tensors.input, { out: later ? thief : out });
        const message = `the memory of ${argument} is gone: it should hold 48 elements and holds 0`;
        refused(name, call, ArgumentError, message);
      }
    }
    const gone = new Float64Array(count);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(() => norm.backward(dy, x, { ...given(), invstd: gone, out })).toThrow(ShapeError);
    expect(out.data.every((element) => element === 9)).toBe(true);
  });

  test('an eps that makes no sense, and an unknown option', () => {
    refused(name, backward({ eps: -1 }), ArgumentError, 'eps should be a finite number >= 0');
    refused(name, backward({ training: true }), ArgumentError, "unknown option 'training'");
  });
});

describe.each([
  ['layerNorm', F.layerNorm],
  ['rmsNorm', F.rmsNorm],
  ['layerNormBackward', F.layerNormBackward.bind(null, dy)],
  ['rmsNormBackward', F.rmsNormBackward.bind(null, dy)],
] as const)('%s refuses', (name, call) => {
  test('an input that does not end in normalizedShape', () => {
    for (const [normalizedShape, said] of [
      [[5], '[5], expected input with shape [*, 5]'],
      [[6, 5], '[6, 5], expected input with shape [*, 6, 5]'],
      [[4, 6], '[4, 6], expected input with shape [*, 4, 6]'],
      [[1, 2, 6, 4], '[1, 2, 6, 4], expected input with shape [*, 1, 2, 6, 4]'],
    ] as const) {
      const message = `Given normalized_shape=${said}, but got input of size[2, 6, 4]`;
      refused(name, () => call(x, normalizedShape), ShapeError, message);
    }
  });

  test('a normalizedShape that is none', () => {
    refused(
      name,
      () => call(x, []),
      ShapeError,
      'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []',
    );
    for (const value of ['4', null, undefined, true]) {
      const message = 'normalizedShape should be an integer or an array of integers such as [3, 4]';
      refused(name, () => call(x, wrong(value)), ArgumentError, message);
    }
    refused(
      name,
      () => call(x, wrong({ length: 1 })),
      ArgumentError,
      'must be an array of integers',
    );
    for (const value of [1.5, Number.NaN, [4.5], ['4']]) {
      refused(name, () => call(x, wrong(value)), ShapeError, 'must hold integers');
    }
    for (const value of [-4, [6, -4]]) {
      refused(name, () => call(x, value), ShapeError, 'sizes must be non-negative');
    }
  });

  test('a parameter of another shape', () => {
    for (const other of [[3], [24], [4, 6]]) {
      const message = `Expected weight to be of same shape as normalized_shape, but got weight of shape [${other.join(', ')}] and normalized_shape = [6, 4]`;
      refused(name, () => call(x, [6, 4], { weight: ones(other) }), ShapeError, message);
    }
  });
});

test('layerNorm refuses a bias of another shape', () => {
  refused(
    'layerNorm',
    () => F.layerNorm(x, 4, { bias: ones([3]), out }),
    ShapeError,
    'Expected bias to be of same shape as normalized_shape, but got bias of shape [3] and normalized_shape = [4]',
  );
});

test('rmsNorm has no bias, and its backward pass no mean', () => {
  const bias = { bias: ones([4]) };
  refused('rmsNorm', () => F.rmsNorm(x, 4, wrong(bias)), ArgumentError, "unknown option 'bias'");
  const mean = { mean: new Float64Array(12) };
  const call = () => F.rmsNormBackward(dy, x, 4, wrong(mean));
  refused('rmsNormBackward', call, ArgumentError, "unknown option 'mean'");
});

test('layerNorm refuses an out over a channels-last input, which it copies', () => {
  const [name, norm] = ['layerNorm', layerNorm([4])] as const;
  const last = randn(shape, { memoryFormat: 'channelsLast' });
  const over = tensor(last.data, shape);
  const call = () => norm.forward(last, { out: over });
  const message = 'out shares memory with input, which is channels last';
  refused(name, call, ArgumentError, message, [last]);
  const format = "out should have the result's memory format contiguous, got channelsLast";
  refused(name, () => norm.forward(last, { out: last }), ShapeError, format, [last]);
  refused(
    `${name}Backward`,
    () => norm.backward(dy, last, { out: over }),
    ArgumentError,
    'out shares memory with the input of the forward pass',
    [last],
  );
});

test('rmsNorm refuses an out of another memory format than the input, or over a part of it', () => {
  const last = randn(shape, { memoryFormat: 'channelsLast' });
  const norm = rmsNorm([4]);
  const format = "out should have the result's memory format channelsLast, got contiguous";
  const plain = zeros(shape);
  refused('rmsNorm', () => norm.forward(last, { out: plain }), ShapeError, format, [last, plain]);
  const back = () => norm.backward(dy, last, { out: plain });
  refused('rmsNormBackward', back, ShapeError, format, [last, plain]);
  const memory = new Float32Array(last.size + 1);
  const at = (start: number) =>
    new Tensor(memory.subarray(start, start + last.size), shape, 'channelsLast');
  const part = 'out shares a part of its memory with input';
  refused('rmsNorm', () => norm.forward(at(0), { out: at(1) }), ArgumentError, part);
  const over = 'out shares memory with the input of the forward pass';
  refused('rmsNormBackward', () => norm.backward(dy, at(0), { out: at(0) }), ArgumentError, over);
});

describe.each([
  ['groupNorm', F.groupNorm],
  ['groupNormBackward', F.groupNormBackward.bind(null, dy)],
] as const)('%s refuses', (name, call) => {
  test('groups that the channels cannot be in', () => {
    refused(
      name,
      () => call(x, 4),
      ShapeError,
      'Expected number of channels in input to be divisible by num_groups, but got input of shape [2, 6, 4] and num_groups=4',
    );
    for (const value of [0, -2, 1.5, Number.NaN, 2 ** 53, '2', null, undefined, [2]]) {
      const message = 'numGroups should be a positive integer, got ';
      refused(name, () => call(x, wrong(value)), ArgumentError, message);
    }
  });

  test('too few axes', () => {
    const message =
      'Expected at least 2 dimensions for input tensor but received 1: the shape should be (N, C) or longer';
    refused(name, () => call(zeros([6]), 2), ShapeError, message);
  });

  test('a parameter that is no vector of the channels', () => {
    for (const other of [[4], [6, 1], [1, 6]]) {
      const message = `Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape [${other.join(', ')}] and input of shape [2, 6, 4]`;
      refused(name, () => call(x, 2, { weight: ones(other) }), ShapeError, message);
    }
  });
});

test.each([[[1, 1]], [[1, 4]], [[1, 4, 1, 1]]])(
  'groupNorm refuses one value a group of %j',
  (of) => {
    const message = `Expected more than 1 value per channel when training, got input size [${of.join(', ')}]: each group has one value`;
    const call = () => F.groupNorm(randn(of), of[1] as number);
    refused('groupNorm', call, ShapeError, message);
  },
);

describe('instanceNorm refuses', () => {
  const refusedInstance = (call: () => unknown, type: ErrorClass, message: string) =>
    refused('instanceNorm', call, type, message);

  test.each([[[2, 3, 1]], [[2, 3, 1, 1]], [[0, 3, 1]], [[2, 3]]])(
    'one value per instance of %j',
    (of) => {
      const message = `Expected more than 1 spatial element when training, got input size [${of.join(', ')}]`;
      refusedInstance(() => F.instanceNorm(zeros(of)), ShapeError, message);
    },
  );

  test('too few axes', () => {
    refusedInstance(() => F.instanceNorm(zeros([6])), ShapeError, 'Expected at least 2 dimensions');
  });

  test('statistics that are missing, alone, shared or do not fit', () => {
    const call = (options: object) => () => F.instanceNorm(x, { out, ...options });
    refusedInstance(
      call({ useInputStats: false }),
      ArgumentError,
      'Expected running_mean and running_var to be defined when use_input_stats is false',
    );
    for (const useInputStats of [true, false]) {
      for (const one of [{ runningMean }, { runningVar }]) {
        refusedInstance(
          call({ ...one, useInputStats }),
          ArgumentError,
          'running_mean and running_var must either both be None or neither be None',
        );
      }
      const other = ones([5]);
      const message = 'running_mean should contain 6 elements not 5: the input has 6 channels';
      refusedInstance(call({ runningMean: other, runningVar, useInputStats }), ShapeError, message);
      const wide = { runningMean, runningVar: ones([6], { dtype: 'float64' }), useInputStats };
      refusedInstance(call(wide), DTypeError, 'running_var is float64');
      const parameter = { runningMean, runningVar, useInputStats, weight: ones([5]) };
      refusedInstance(call(parameter), ShapeError, 'weight should contain 6 elements not 5');
    }
    const same = { runningMean, runningVar: runningMean };
    refusedInstance(call(same), ArgumentError, 'running_mean and running_var share memory');
  });

  test('an out over the running statistics', () => {
    const memory = new Float32Array(48);
    const over = tensor(memory.subarray(42), [6]);
    for (const useInputStats of [true, false]) {
      for (const buffer of ['runningMean', 'runningVar']) {
        const options = { runningMean, runningVar, useInputStats, [buffer]: over };
        const name = buffer === 'runningMean' ? 'running_mean' : 'running_var';
        refusedInstance(
          () => F.instanceNorm(x, { ...options, out: tensor(memory, shape) }),
          ArgumentError,
          `out shares memory with ${name}`,
        );
      }
    }
  });

  test.each([Number.NaN, Number.NEGATIVE_INFINITY, null, '0.1'])('momentum %p', (momentum) => {
    const message = 'momentum should be a finite number, the weight of the new value, got ';
    const call = () => F.instanceNorm(x, { out, momentum: wrong(momentum) });
    refusedInstance(call, ArgumentError, message);
  });

  test.each([0, 'yes', null])('%p where a boolean is meant', (useInputStats) => {
    const message = 'useInputStats should be true or false, got ';
    const options = { useInputStats: wrong(useInputStats), out };
    refusedInstance(() => F.instanceNorm(x, options), ArgumentError, message);
    const call = () => F.instanceNormBackward(dy, x, options);
    refused('instanceNormBackward', call, ArgumentError, message);
  });

  test('running statistics whose memory is taken away', () => {
    for (const buffer of ['runningMean', 'runningVar'] as const) {
      const tensors = { runningMean: ones([6]), runningVar: ones([6]) };
      const options = { ...tensors, out: thiefOf(tensors[buffer]) };
      refusedInstance(() => F.instanceNorm(x, options), ArgumentError, 'is gone: it should hold 6');
    }
  });

  test('a backward pass by running statistics that are missing', () => {
    const options = { useInputStats: false, mean: new Float64Array(6), out };
    const call = () => F.instanceNormBackward(dy, x, options);
    const message = 'invstd is needed, one value per channel, as the forward pass used it';
    refused('instanceNormBackward', call, ArgumentError, message);
  });
});

test("a tensor in the options' place, as PyTorch's functions take it", () => {
  const expected = 'options should be an object of weight, bias, eps, out, got Tensor';
  refused('layerNorm', () => F.layerNorm(x, [4], wrong(ones([4]))), ArgumentError, expected);
});
