import { runInNewContext } from 'node:vm';
import {
  ArgumentError,
  type DType,
  DTypeError,
  functional as F,
  full,
  type MemoryFormat,
  manualSeed,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { type Gradients, gradients, moments } from '../reference/batch-norm';
import { slopesOf, weightedSum } from '../reference/slopes';
import { expectWithinUlps } from '../reference/ulps';
import { takeAway, thiefOf } from '../take-away';

const shapes = [
  [20, 5],
  [3, 4, 9],
  [2, 17, 3, 5],
  [2, 3, 2, 3, 4],
];
const cases = shapes.flatMap((shape) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    (['contiguous', 'channelsLast'] as const).flatMap((memoryFormat) =>
      [true, false].map((training): [number[], DType, MemoryFormat, boolean] => [
        shape,
        dtype,
        memoryFormat,
        training,
      ]),
    ),
  ),
);

interface Case {
  input: Tensor;
  gradOutput: Tensor;
  weight: Tensor;
  mean: Float64Array;
  invstd: Float64Array;
  expected: Gradients;
}

function draw(shape: number[], dtype: DType, memoryFormat: MemoryFormat, training: boolean): Case {
  manualSeed(11);
  const input = randn(shape, { dtype }).to({ memoryFormat });
  const gradOutput = randn(shape, { dtype }).to({ memoryFormat });
  const weight = randn([shape[1] as number], { dtype });
  const batch = moments(input);
  const mean = training ? batch.mean : batch.mean.map((value) => value + 0.5);
  const variance = training ? batch.variance : batch.variance.map((value) => value + 1);
  const expected = gradients(gradOutput, input, mean, variance, 1e-5, training, weight.data);
  return {
    input,
    gradOutput,
    weight,
    mean: Float64Array.from(mean),
    invstd: Float64Array.from(variance, (v) => 1 / Math.sqrt(v + 1e-5)),
    expected,
  };
}

describe.each(cases)('of %j, %s, %s, training: %s', (shape, dtype, memoryFormat, training) => {
  test('gives the three gradients', () => {
    const { input, gradOutput, weight, mean, invstd, expected } = draw(
      shape,
      dtype,
      memoryFormat,
      training,
    );
    const options = { weight, mean, invstd, training };
    const { gradInput, gradWeight, gradBias } = F.batchNormBackward(gradOutput, input, options);
    expectWithinUlps(gradInput, expected.input, dtype === 'float32' ? 4 : 16);
    expectWithinUlps(gradWeight, expected.weight, dtype === 'float32' ? 1 : 16);
    expectWithinUlps(gradBias, expected.bias, dtype === 'float32' ? 1 : 16);
    expect([gradInput.shape, gradInput.memoryFormat]).toEqual([shape, memoryFormat]);
    for (const gradient of [gradInput, gradWeight, gradBias]) expect(gradient.dtype).toBe(dtype);
    expect(gradWeight.shape).toEqual([shape[1]]);
  });

  test('gives the same bits into gradOutput, and from gradOutput in the other memory format', () => {
    const { input, gradOutput, weight, mean, invstd } = draw(shape, dtype, memoryFormat, training);
    const options = { weight, mean, invstd, training };
    const other = memoryFormat === 'contiguous' ? 'channelsLast' : 'contiguous';
    const converted = gradOutput.to({ memoryFormat: other });
    const { gradInput } = F.batchNormBackward(gradOutput, input, options);
    expect(F.batchNormBackward(converted, input, options).gradInput.data).toEqual(gradInput.data);
    const inPlace = F.batchNormBackward(gradOutput, input, { ...options, out: gradOutput });
    expect(inPlace.gradInput).toBe(gradOutput);
    expect(gradOutput.data).toEqual(gradInput.data);
  });
});

test('the gradients are those of the function: finite differences of a weighted sum', () => {
  manualSeed(3);
  const shape = [3, 2, 4];
  const input = randn(shape, { dtype: 'float64' });
  const gradOutput = randn(shape, { dtype: 'float64' });
  const weight = randn([2], { dtype: 'float64' });
  const bias = randn([2], { dtype: 'float64' });
  const loss = () => {
    const output = F.batchNorm(input, null, null, { training: true, weight, bias });
    return weightedSum(output, gradOutput);
  };
  const { mean, variance } = F.moments(input);
  const invstd = variance.map((v) => 1 / Math.sqrt(v + 1e-5));
  const { gradInput, gradWeight, gradBias } = F.batchNormBackward(gradOutput, input, {
    weight,
    mean,
    invstd,
    training: true,
  });
  const pairs = [
    [gradInput, input],
    [gradWeight, weight],
    [gradBias, bias],
  ] as const;
  for (const [gradient, variable] of pairs) {
    slopesOf(loss, variable).forEach((slope, i) => {
      expect(Math.abs((gradient.data[i] as number) - slope)).toBeLessThan(1e-8);
    });
  }
});

test('an absent weight counts as ones, and mean and invstd may be tensors', () => {
  const { input, gradOutput, mean, invstd } = draw([4, 3, 5], 'float32', 'contiguous', true);
  const round = (values: Float64Array) => values.map(Math.fround);
  const options = { mean: round(mean), invstd: round(invstd), training: true };
  const plain = F.batchNormBackward(gradOutput, input, options);
  const weighted = F.batchNormBackward(gradOutput, input, { ...options, weight: ones([3]) });
  expect(weighted).toEqual(plain);
  const tensors = F.batchNormBackward(gradOutput, input, {
    mean: tensor(Float32Array.from(mean)),
    invstd: { data: Float32Array.from(invstd), dims: [3] },
    training: true,
  });
  expect(tensors).toEqual(plain);
});

test('mean and invstd may be float64 arrays of another realm', () => {
  const { input, gradOutput, mean, invstd } = draw([4, 3, 5], 'float32', 'contiguous', true);
  const foreign = (values: Float64Array): Float64Array =>
    runInNewContext('Float64Array.from(values)', { values });
  expect(foreign(mean)).not.toBeInstanceOf(Float64Array);
  const plain = F.batchNormBackward(gradOutput, input, { mean, invstd, training: true });
  const options = { mean: foreign(mean), invstd: foreign(invstd), training: true };
  expect(F.batchNormBackward(gradOutput, input, options)).toEqual(plain);
  const wrapped = {
    mean: { data: foreign(mean), shape: [3] },
    invstd: { data: foreign(invstd), shape: [3] },
    training: true,
  };
  expect(F.batchNormBackward(gradOutput, input, wrapped)).toEqual(plain);
});

test('an empty batch has gradients of zero', () => {
  const options = { mean: new Float64Array(3), invstd: new Float64Array(3), training: true };
  const empty = zeros([0, 3, 2]);
  const { gradInput, gradWeight, gradBias } = F.batchNormBackward(empty, empty, options);
  expect(gradInput.shape).toEqual([0, 3, 2]);
  expect([...gradWeight.data, ...gradBias.data]).toEqual([0, 0, 0, 0, 0, 0]);
});

describe('refuses', () => {
  const input = randn([4, 3, 2]);
  const gradOutput = randn([4, 3, 2]);
  const mean = new Float64Array(3);
  const invstd = new Float64Array(3).fill(1);
  const out = full([4, 3, 2], 9);
  const options = { mean, invstd, training: true, out };
  const refused = (
    call: () => unknown,
    type: Parameters<typeof expectRefused>[1],
    message: string,
  ) => {
    const said = expectRefused(call, type, message, [input, gradOutput, out]);
    expect(said).toMatch(/^batchNormBackward: /);
  };

  test('missing statistics, and what is no tensor', () => {
    for (const name of ['mean', 'invstd']) {
      refused(
        () => F.batchNormBackward(gradOutput, input, { ...options, [name]: undefined }),
        ArgumentError,
        `batchNormBackward: ${name} is needed, one value per channel`,
      );
    }
    for (const name of ['mean', 'invstd', 'weight', 'out']) {
      refused(
        () => F.batchNormBackward(gradOutput, input, { ...options, [name]: 3 }),
        ArgumentError,
        `batchNormBackward: ${name} must be a Tensor`,
      );
    }
    refused(
      () => F.batchNormBackward(gradOutput, input, undefined as never),
      ArgumentError,
      'options should be an object',
    );
  });

  test('shapes that do not fit', () => {
    refused(
      () => F.batchNormBackward(randn([4, 3, 1]), input, options),
      ShapeError,
      "gradOutput should have the input's shape [4, 3, 2], got [4, 3, 1]",
    );
    refused(
      () => F.batchNormBackward(ones([3]), ones([3]), options),
      ShapeError,
      'Expected at least 2 dimensions for input tensor but received 1',
    );
    for (const name of ['mean', 'invstd']) {
      refused(
        () => F.batchNormBackward(gradOutput, input, { ...options, [name]: new Float64Array(2) }),
        ShapeError,
        `${name} should contain 3 elements not 2`,
      );
    }
    refused(
      () => F.batchNormBackward(gradOutput, input, { ...options, weight: ones([4]) }),
      ShapeError,
      'weight should contain 3 elements not 4',
    );
    refused(
      () => F.batchNormBackward(gradOutput, input, { ...options, out: ones([3, 4, 2]) }),
      ShapeError,
      'out should have',
    );
  });

  test('dtypes that differ', () => {
    const wide = gradOutput.to({ dtype: 'float64' });
    refused(
      () => F.batchNormBackward(wide, input, options),
      DTypeError,
      'expected scalar type float32 but found float64: gradOutput',
    );
    refused(
      () =>
        F.batchNormBackward(gradOutput, input, {
          ...options,
          weight: ones([3], { dtype: 'float64' }),
        }),
      DTypeError,
      'weight is float64',
    );
  });

  test('an out that overlaps what is read', () => {
    refused(
      () => F.batchNormBackward(gradOutput, input, { ...options, out: input }),
      ArgumentError,
      'out shares memory with the input of the forward pass',
    );
    const memory = new Float32Array(30);
    const part = tensor(memory.subarray(0, 24), [4, 3, 2]);
    refused(
      () =>
        F.batchNormBackward(part, input, {
          ...options,
          out: tensor(memory.subarray(6, 30), [4, 3, 2]),
        }),
      ArgumentError,
      'out shares a part of its memory with gradOutput',
    );
    refused(
      () =>
        F.batchNormBackward(gradOutput, input, {
          ...options,
          out: part,
          weight: tensor(memory.subarray(3, 6)),
        }),
      ArgumentError,
      'out shares memory with weight',
    );
    const doubles = new Float64Array(memory.buffer, 0, 3);
    for (const name of ['mean', 'invstd']) {
      refused(
        () => F.batchNormBackward(gradOutput, input, { ...options, out: part, [name]: doubles }),
        ArgumentError,
        `out shares memory with ${name}`,
      );
    }
  });

  test('memory that was taken away', () => {
    const gone = randn([4, 3, 2]);
    takeAway(gone);
    refused(() => F.batchNormBackward(gone, input, options), ArgumentError, 'gradOutput');
    refused(() => F.batchNormBackward(gradOutput, gone, options), ArgumentError, 'input');
    refused(
      () => F.batchNormBackward(gradOutput, input, { ...options, out: gone }),
      ArgumentError,
      'out',
    );
  });

  test('memory that a later argument takes away while it is read', () => {
    for (const victim of ['gradOutput', 'input'] as const) {
      const tensors = { gradOutput: randn([4, 3, 2]), input: randn([4, 3, 2]) };
      refused(
        () =>
          F.batchNormBackward(tensors.gradOutput, tensors.input, {
            ...options,
            out: thiefOf(tensors[victim]),
          }),
        ArgumentError,
        `the memory of ${victim} is gone: it should hold 24 elements and holds 0`,
      );
    }
  });

  test('an unknown option and a training that is no boolean', () => {
    refused(
      () => F.batchNormBackward(gradOutput, input, { ...options, train: true } as never),
      ArgumentError,
      "unknown option 'train'",
    );
    refused(
      () => F.batchNormBackward(gradOutput, input, { ...options, training: 1 as never }),
      ArgumentError,
      'training should be true or false, got 1',
    );
  });
});
