import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type ResidualGradients,
  Tensor,
  type TensorLike,
} from 'batchnorm';
import { expectResult } from './expect-result';
import { decodeTensor, decodeVector, type FunctionalCase, readFixture } from './fixture';

const layers: Record<number, typeof BatchNorm1d> = {
  2: BatchNorm1d,
  3: BatchNorm1d,
  4: BatchNorm2d,
  5: BatchNorm3d,
};
const { torch, cases } = readFixture<FunctionalCase>('fused');

test.each(cases.map((each) => [each.name, each] as const))(
  `%s: as PyTorch ${torch} step by step`,
  (_, fixture) => {
    const { shape, dtype, memoryFormat, training, tensors, results, ...options } = fixture;
    const image = (name: string) =>
      decodeTensor(tensors[name] as string, shape, dtype, memoryFormat);
    const { momentum, eps, activation, negativeSlope } = options;
    const Layer = layers[shape.length] as typeof BatchNorm1d;
    const settings = { dtype, momentum, eps, activation, negativeSlope };
    const layer = new Layer(shape[1] as number, settings).train(training);
    const { weight, bias, runningMean, runningVar } = layer;
    for (const [name, tensor] of Object.entries({ weight, bias, runningMean, runningVar })) {
      tensor?.data.set(decodeVector(tensors[name] as string, dtype).data);
    }
    const residual: TensorLike | null = 'residual' in tensors ? image('residual') : null;

    const output = layer.forward(image('input'), { residual, grad: true });
    const gradients = layer.backward<Tensor | ResidualGradients>(image('gradOutput'));

    const actual: Record<string, Tensor | null | undefined> = {
      output,
      ...(gradients instanceof Tensor ? { gradInput: gradients } : gradients),
      gradWeight: weight?.grad,
      gradBias: bias?.grad,
      runningMean,
      runningVar,
    };
    expect(Object.keys(actual).sort()).toEqual(Object.keys(results).sort());
    for (const [name, expected] of Object.entries(results)) {
      expectResult(actual[name] as Tensor, expected);
    }
  },
);
