import { functional as F, type Tensor } from 'batchnorm';
import { expectResult } from './expect-result';
import { decodeTensor, decodeVector, type FunctionalCase, readFixture } from './fixture';

const { torch, cases } = readFixture<FunctionalCase>('functional');

test.each(cases.map((each) => [each.name, each] as const))(
  `%s: as PyTorch ${torch}`,
  (_, fixture) => {
    const { shape, dtype, memoryFormat, training, momentum, eps, tensors } = fixture;
    const image = (name: string) =>
      decodeTensor(tensors[name] as string, shape, dtype, memoryFormat);
    const vector = (name: string) => {
      const encoded = tensors[name];
      return encoded === undefined ? null : decodeVector(encoded, dtype);
    };
    const input = image('input');
    const weight = vector('weight');
    const bias = vector('bias');
    const runningMean = vector('runningMean');
    const runningVar = vector('runningVar');

    // before the call, for training writes into the running statistics
    const { mean, invstd } =
      training || !runningMean || !runningVar
        ? batchStatistics(input, eps)
        : { mean: new Float64Array(runningMean.data), invstd: inverse(runningVar.data, eps) };
    const options = { weight, bias, training, momentum, eps };
    const output = F.batchNorm(input, runningMean, runningVar, options);
    const backward = F.batchNormBackward(image('gradOutput'), input, {
      weight,
      mean,
      invstd,
      training,
    });

    const actual: Record<string, Tensor | null> = { output, ...backward, runningMean, runningVar };
    for (const [name, expected] of Object.entries(fixture.results)) {
      expectResult(actual[name] as Tensor, expected);
    }
  },
);

function batchStatistics(input: Tensor, eps: number) {
  const { mean, variance } = F.moments(input);
  return { mean, invstd: inverse(variance, eps) };
}

function inverse(variance: ArrayLike<number>, eps: number): Float64Array {
  return Float64Array.from(variance, (value) => 1 / Math.sqrt(value + eps));
}
