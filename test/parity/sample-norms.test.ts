import {
  functional as F,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  type MemoryFormat,
  RMSNorm,
  Tensor,
} from 'batchnorm';
import {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type SampleNorm,
} from '../functional/sample-norms';
import type { SampleLayer } from '../modules/sample-norms';
import { groups, rows, type Sets } from '../reference/sets';
import { expectResult, type ScaleOf } from './expect-result';
import {
  decode,
  decodeTensor,
  type ModuleStep,
  readFixture,
  type SampleFunctionCase,
  type SampleModuleCase,
} from './fixture';

const images = ['output', 'gradInput'];

/** Magnitudes are those of each set, where it normalized with its own statistics, or parameter. */
function expectSampleResults(
  actual: Record<string, Tensor | null | undefined>,
  results: ModuleStep['results'],
  memoryFormat: MemoryFormat,
  sets: Sets,
  usedInput: boolean,
): void {
  for (const [name, expected] of Object.entries(results)) {
    // The scripts write images in the input's memory format, which rows do not keep.
    const found = actual[name] as Tensor;
    const tensor = images.includes(name) ? found.to({ memoryFormat }) : found;
    const logical = logicalOrder(tensor);
    const scaleOf: ScaleOf = (element) => {
      if (!images.includes(name)) return element;
      const place = logical[element] as number;
      return usedInput ? sets.of(place) : sets.parameterOf(place);
    };
    expectResult(tensor, expected, scaleOf);
  }
}

/** Where each element in memory is in logical order. */
function logicalOrder({ shape, size, memoryFormat }: Tensor): number[] {
  const inOrder = new Tensor(
    Float64Array.from({ length: size }, (_, i) => i),
    shape,
  );
  return Array.from(inOrder.to({ memoryFormat }).data);
}

describe('functions', () => {
  const { torch, cases } = readFixture<SampleFunctionCase>('sample-norm-functions');

  test.each(cases.map((each) => [each.name, each] as const))(
    `%s: as PyTorch ${torch}`,
    (_, fixture) => {
      const { shape, dtype, memoryFormat, tensors, eps, momentum, useInputStats } = fixture;
      const image = (name: string) =>
        decodeTensor(tensors[name] as string, shape, dtype, memoryFormat);
      const norm = functionOf(fixture);
      const sets = norm.sets(shape);
      const parameter = (name: string, of: readonly number[] = sets.parameterShape) => {
        const encoded = tensors[name];
        return encoded === undefined ? null : new Tensor(decode(encoded, dtype), of);
      };
      const [input, gradOutput, weight] = [
        image('input'),
        image('gradOutput'),
        parameter('weight'),
      ];
      const bias = norm.hasBias ? { bias: parameter('bias') } : {};
      const given = { weight, ...(eps !== undefined && { eps }) };
      const actual: Record<string, Tensor | null | undefined> = {};
      if (fixture.function === 'instanceNorm') {
        const [runningMean, runningVar] = [parameter('runningMean'), parameter('runningVar')];
        const running = { runningMean, runningVar };
        // before the call, which writes into the running statistics
        const statistics = useInputStats === false && inverted(runningMean, runningVar);
        actual.output = F.instanceNorm(input, {
          ...given,
          ...bias,
          ...running,
          momentum,
          useInputStats,
        });
        const options = { ...given, ...statistics, useInputStats };
        Object.assign(actual, running, F.instanceNormBackward(gradOutput, input, options));
      } else {
        actual.output = norm.forward(input, { ...given, ...bias });
        Object.assign(actual, norm.backward(gradOutput, input, given));
      }
      const usedInput = useInputStats ?? true;
      expectSampleResults(actual, fixture.results, memoryFormat, sets, usedInput);
    },
  );
});

function inverted(mean: Tensor | null, variance: Tensor | null) {
  const values = (tensor: Tensor | null) => new Float64Array((tensor as Tensor).data);
  return { mean: values(mean), invstd: values(variance).map((v) => 1 / Math.sqrt(v + 1e-5)) };
}

function functionOf(fixture: SampleFunctionCase): SampleNorm {
  if (fixture.function === 'layerNorm') return layerNorm(fixture.normalizedShape as number[]);
  if (fixture.function === 'rmsNorm') return rmsNorm(fixture.normalizedShape as number[]);
  if (fixture.function === 'groupNorm') return groupNorm(fixture.numGroups as number);
  return instanceNorm();
}

const modules = { LayerNorm, RMSNorm, GroupNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d };

describe('modules', () => {
  const { torch, cases } = readFixture<SampleModuleCase>('sample-norms');

  test.each(cases.map((each) => [each.name, each] as const))(
    `%s: as PyTorch ${torch}`,
    (_, fixture) => {
      const { options, dtype, state } = fixture;
      const Class = modules[fixture.module as keyof typeof modules];
      const layer: SampleLayer = Reflect.construct(Class, [
        ...fixture.arguments,
        { ...options, dtype },
      ]);
      expect(String(layer)).toBe(fixture.repr);
      const own = layer.stateDict();
      expect(Object.keys(own)).toEqual(Object.keys(state));
      const values = Object.entries(state).map(([key, value]) => {
        if (typeof value === 'number') return [key, value];
        return [key, new Tensor(decode(value, dtype), (own[key] as Tensor).shape)];
      });
      layer.loadStateDict(Object.fromEntries(values));
      for (const step of fixture.steps) replay(layer, step, fixture);
    },
  );
});

function replay(layer: SampleLayer, step: ModuleStep, fixture: SampleModuleCase): void {
  const { dtype, memoryFormat } = fixture;
  const { trackRunningStats } = step.set ?? {};
  if (trackRunningStats !== undefined) Object.assign(layer, { trackRunningStats });
  layer.train(step.mode === 'train');
  if (!step.accumulate) layer.zeroGrad();

  const image = (encoded: string) => decodeTensor(encoded, step.shape, dtype, memoryFormat);
  const output = layer.forward(image(step.input), { grad: true });
  const gradInput = layer.backward(image(step.gradOutput));

  const tracked = 'runningMean' in layer ? layer : null;
  const actual: Record<string, Tensor | null | undefined> = {
    output,
    gradInput,
    gradWeight: layer.weight?.grad,
    gradBias: layer.bias?.grad,
    runningMean: tracked?.runningMean,
    runningVar: tracked?.runningVar,
  };
  const present = Object.keys(actual).filter((name) => actual[name]);
  expect(present).toEqual(Object.keys(step.results));
  const usedInput =
    !tracked?.runningMean || step.mode === 'train' || tracked.trackRunningStats === false;
  const sets = setsOf(layer, step.shape);
  expectSampleResults(actual, step.results, memoryFormat, sets, usedInput);
  if (tracked !== null) expect(tracked.numBatchesTracked).toBe(step.numBatchesTracked ?? null);
}

function setsOf(layer: SampleLayer, shape: number[]): Sets {
  if (layer instanceof LayerNorm) return rows(shape, [...layer.normalizedShape]);
  if (layer instanceof RMSNorm) return rows(shape, [...layer.normalizedShape], false);
  if (layer instanceof GroupNorm) return groups(shape, layer.numGroups);
  const ranks = { InstanceNorm1d: 3, InstanceNorm2d: 4, InstanceNorm3d: 5 };
  const rank = ranks[layer.constructor.name as keyof typeof ranks];
  return groups(shape.length < rank ? [1, ...shape] : shape);
}
