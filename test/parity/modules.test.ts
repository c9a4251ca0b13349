import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type Tensor } from 'batchnorm';
import { expectResult } from './expect-result';
import {
  decodeTensor,
  decodeVector,
  type ModuleCase,
  type ModuleStep,
  readFixture,
} from './fixture';

const modules = { BatchNorm1d, BatchNorm2d, BatchNorm3d };

describe.each(['ranks', 'options', 'sizes', 'data', 'not-finite'])('%s', (file) => {
  const { torch, cases } = readFixture<ModuleCase>(file);

  test.each(cases.map((each) => [each.name, each] as const))(
    `%s: as PyTorch ${torch}`,
    (_, fixture) => {
      const module = create(fixture);
      for (const step of fixture.steps) replay(module, step, fixture);
    },
  );
});

function create(fixture: ModuleCase): Module {
  const { options, dtype, state } = fixture;
  const module = new modules[fixture.module](fixture.numFeatures, { ...options, dtype });
  expect(String(module)).toBe(fixture.repr);
  expect(Object.keys(module.stateDict())).toEqual(Object.keys(state));
  module.loadStateDict(
    Object.fromEntries(
      Object.entries(state).map(([key, value]) => [
        key,
        typeof value === 'number' ? value : decodeVector(value, dtype),
      ]),
    ),
  );
  return module;
}

type Module = BatchNorm1d | BatchNorm2d | BatchNorm3d;

function replay(module: Module, step: ModuleStep, { dtype, memoryFormat }: ModuleCase): void {
  const { momentum, trackRunningStats } = step.set ?? {};
  if (momentum !== undefined) module.momentum = momentum;
  if (trackRunningStats !== undefined) module.trackRunningStats = trackRunningStats;
  module.train(step.mode === 'train');
  if (!step.accumulate) module.zeroGrad();

  const input = decodeTensor(step.input, step.shape, dtype, memoryFormat);
  const gradOutput = decodeTensor(step.gradOutput, step.shape, dtype, memoryFormat);
  const output = module.forward(input, { grad: true });
  const gradInput = module.backward(gradOutput);

  for (const result of [output, gradInput]) {
    expect(result).toMatchObject({ shape: step.shape, dtype, memoryFormat });
  }
  const actual: Record<string, Tensor | null | undefined> = {
    output,
    gradInput,
    gradWeight: module.weight?.grad,
    gradBias: module.bias?.grad,
    runningMean: module.runningMean,
    runningVar: module.runningVar,
  };
  const present = Object.keys(actual).filter((name) => actual[name]);
  expect(present).toEqual(Object.keys(step.results));
  for (const [name, expected] of Object.entries(step.results)) {
    expectResult(actual[name] as Tensor, expected);
  }
  expect(module.numBatchesTracked).toBe(step.numBatchesTracked ?? null);
}
