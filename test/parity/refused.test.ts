import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  BatchNormError,
  type DType,
  functional as F,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyInstanceNorm2d,
  RMSNorm,
  type Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { type RefusedCall, type RefusedCase, readFixture } from './fixture';

const modules = {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyInstanceNorm2d,
  RMSNorm,
};
const { torch, cases } = readFixture<RefusedCase | RefusedCall>('refused');
const made = cases.flatMap((each) => ('module' in each ? [each] : []));
const called = cases.flatMap((each) => ('function' in each ? [each] : []));

test.each(made.map((each) => [each.module, each.arguments, each.shape, each] as const))(
  `%s(%j) refuses %j in the words of PyTorch ${torch}`,
  (_, given, shape, { module: name, message }) => {
    const Class = modules[name as keyof typeof modules];
    const layers: { numBatchesTracked?: number | null }[] = [];
    const call = () => {
      const layer = Reflect.construct(Class, given);
      layers.push(layer);
      if (shape !== null) layer.forward(zeros(shape));
    };
    expectRefused(call, BatchNormError, message);
    if (shape === null) expect(layers).toEqual([]);
    expect(layers.every(({ numBatchesTracked }) => (numBatchesTracked ?? 0) === 0)).toBe(true);
  },
);

test.each(called.map((each) => [each.function, { ...each, message: undefined }, each] as const))(
  `%s refuses %j in the words of PyTorch ${torch}`,
  (_name, _given, fixture) => {
    const { dtypes, message } = fixture;
    const make = (name: string, shape: number[]) =>
      zeros(shape, { dtype: dtypes[name] ?? 'float32' });
    const x = make('input', fixture.shape);
    const tensors = Object.fromEntries(
      Object.entries(fixture.tensors).map(([name, shape]) => [name, make(name, shape)]),
    );
    const call = () => callFunction(fixture, x, tensors);
    expectRefused(call, BatchNormError, message);
  },
);

function callFunction(
  { function: name, options }: RefusedCall,
  x: Tensor<DType>,
  { runningMean = null, runningVar = null, ...affine }: Record<string, Tensor | null>,
): unknown {
  const { numGroups, normalizedShape, ...rest } = options;
  if (name === 'batchNorm') return F.batchNorm(x, runningMean, runningVar, { ...affine, ...rest });
  if (name === 'layerNorm') return F.layerNorm(x, normalizedShape as number[], affine);
  if (name === 'rmsNorm') return F.rmsNorm(x, normalizedShape as number[], affine);
  if (name === 'groupNorm') return F.groupNorm(x, numGroups as number, affine);
  return F.instanceNorm(x, { runningMean, runningVar, ...affine, ...rest });
}
