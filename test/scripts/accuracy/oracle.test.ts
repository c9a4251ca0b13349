import { tensor } from 'batchnorm';
import { exactMoments } from '../../reference/exact-moments';
import {
  channels,
  gradientsOfSets,
  groups,
  normalizeSets,
  rows,
  type Sets,
  valuesOf,
} from '../../reference/sets';
import { evaluate } from '../bench/bench';

type Layout = 'contiguous' | 'channelsLast' | 'rows';

interface Oracle {
  layer: string;
  layout: Layout;
  shape: number[];
  arrays: Record<'input' | 'gradOutput' | 'weight', number[]> & { bias?: number[] };
  right: Record<string, number[]>;
}

const all = [
  'batchNormTraining',
  'batchNormEval',
  'layerNorm',
  'groupNorm',
  'instanceNorm',
  'rmsNorm',
];

/** What the oracle says of the layers in every layout, and of which arrays. */
function oracles(size: number, offset: number, layers = all): Oracle[] {
  return evaluate(`
    import { arraysOf } from 'bench/accuracy/arrays.mjs';
    import { layouts } from 'bench/accuracy/layers.mjs';
    import { oracle } from 'bench/accuracy/oracle/oracle.mjs';
    import { caseOf } from 'bench/accuracy/sweeps.mjs';
    const listed = (record) =>
      Object.fromEntries(Object.entries(record).map(([name, values]) => [name, list(values)]));
    const list = (values) => {
      if (typeof values !== 'function') return [...values];
      const all = [];
      values((index, value) => { all[index] = value; });
      return all;
    };
    const found = ${JSON.stringify(layers)}.flatMap((layer) =>
      Object.keys(layouts).flatMap((layout) =>
        caseOf(layer, layout, ${size}, ${offset}).map((one) => {
          const arrays = arraysOf(one);
          return { ...one, arrays: listed(arrays), right: listed(oracle(one, arrays)) };
        })));
    console.log(JSON.stringify(found));
  `) as Oracle[];
}

const eps = 2 ** -17;

const setsOf: Record<string, (shape: number[]) => Sets> = {
  batchNormTraining: channels,
  layerNorm: (shape) => rows(shape, shape.slice(1)),
  groupNorm: (shape) => groups(shape, 2),
  instanceNorm: (shape) => groups(shape),
  rmsNorm: (shape) => rows(shape, shape.slice(1), false),
};

/** Of the largest value: float64's roundings of as many terms as there are here, with room. */
const tolerance = 1e-12;

function expectNear(actual: number[], expected: number[]): void {
  const largest = Math.max(...expected.map(Math.abs));
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(tolerance * largest);
  }
}

/** Elements in memory order, as a tensor of the case. */
function like({ shape, layout }: Oracle, values: number[]) {
  const memoryFormat = layout === 'channelsLast' ? 'channelsLast' : 'contiguous';
  return tensor(Float64Array.from(values), shape, { memoryFormat });
}

const small = oracles(50, 10);

test('every layer is there in the layouts that it has', () => {
  const names = small.map(({ layer, layout }) => `${layer} ${layout}`);
  expect(names).toHaveLength(16);
  expect(new Set(names).size).toBe(16);
});

test.each(small.filter(({ layer }) => layer in setsOf))(
  'the oracle agrees with the definition: $layer, $layout',
  (one) => {
    const { layer, shape, arrays, right } = one;
    const sets = (setsOf[layer] as (shape: number[]) => Sets)(shape);
    const input = like(one, arrays.input);
    const gradOutput = like(one, arrays.gradOutput);
    const { weight, bias } = arrays;
    const logical = (name: string) => valuesOf(like(one, right[name] as number[]));
    expectNear(logical('output'), normalizeSets(input, sets, eps, { weight, bias }));
    const gradients = gradientsOfSets(gradOutput, input, sets, eps, weight);
    expectNear(logical('gradInput'), gradients.input);
    expectNear(right.gradWeight as number[], gradients.weight);
    if (bias !== undefined) expectNear(right.gradBias as number[], gradients.bias);
  },
);

test.each(small.filter(({ layer }) => layer === 'batchNormEval'))(
  'evaluation goes by the running statistics that it is given: $layout',
  (one) => {
    const { shape, arrays, right } = one;
    const channel = channels(shape).of;
    const x = valuesOf(like(one, arrays.input));
    const dy = valuesOf(like(one, arrays.gradOutput));
    const invstd = 1 / Math.sqrt(1 + eps);
    const weights = x.map((_, i) => arrays.weight[channel(i)] as number);
    const z = x.map((value) => (value - 10) * invstd);
    const y = z.map((value, i) => {
      return value * (weights[i] as number) + (arrays.bias?.[channel(i)] as number);
    });
    const dx = dy.map((value, i) => value * (weights[i] as number) * invstd);
    expectNear(valuesOf(like(one, right.output as number[])), y);
    expectNear(valuesOf(like(one, right.gradInput as number[])), dx);
  },
);

test.each([1e6, 1e9])('its statistics are those of exact integers at an offset of %d', (offset) => {
  const training = oracles(1000, offset, ['batchNormTraining']);
  const one = training.find(({ layout }) => layout === 'rows') as Oracle;
  const { input } = one.arrays;
  const { runningMean, runningVar, biasedRunningVar } = one.right as Record<string, number[]>;
  for (let channel = 0; channel < 4; channel++) {
    const { mean, variance } = exactMoments(input.filter((_, i) => i % 4 === channel));
    expect(runningMean?.[channel]).toBe(mean);
    const near = expect(biasedRunningVar?.[channel]);
    near.toBeGreaterThanOrEqual(variance * (1 - 1e-15));
    near.toBeLessThanOrEqual(variance * (1 + 1e-15));
    expect(runningVar?.[channel]).toBeCloseTo((variance * 1000) / 999, 12);
  }
  // 64 is the spacing of float32 there: no deviation of 1 is left.
  expect(new Set(input).size === 1).toBe(offset === 1e9);
});

test('an input has the deviation and the offset that its case says', () => {
  const { arrays, right } = small[0] as Oracle;
  const average = arrays.input.reduce((sum, value) => sum + value, 0) / arrays.input.length;
  expect(average).toBeCloseTo(10, 5);
  for (const variance of right.runningVar as number[]) expect(variance).toBeCloseTo(1, 5);
});
