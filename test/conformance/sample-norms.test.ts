import { type DType, type FloatArray, type MemoryFormat, type Tensor, tensor } from 'batchnorm';
import { native, Status } from '../../lib/native';
import {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type SampleNorm,
} from '../functional/sample-norms';
import { expectWithinUlps } from '../reference/ulps';
import { affineOf, pattern, scaleOf, signs } from './exact';
import { misaligned } from './misaligned';

/** Rows below, at and above the lanes of every target, in numbers that go over them too. */
const rows = [
  ...[2, 4, 6, 8, 12, 14, 16, 18, 30, 32, 34, 64, 128, 130, 1024, 1026].map((d) => [3, d]),
  ...[5, 7, 9, 15, 17, 31, 33, 127, 1025].map((d) => [2, d]),
  ...[1, 2, 4, 5, 7, 8, 9, 17, 33].map((m) => [m, 12]),
  [130, 4],
  [2, 9_000],
];
/** (N, C, S) and a number of groups: one channel a group, all in one, and between. */
const groups: [number, number[]][] = [
  ...[2, 4, 6, 8, 14, 16, 18, 30, 32, 34, 64, 130].map((s): [number, number[]] => [2, [2, 4, s]]),
  ...[5, 7, 9, 15, 17, 31, 33, 127].map((s): [number, number[]] => [1, [2, 3, s]]),
  [3, [3, 3, 12]],
  [4, [2, 8, 4]],
  [1, [1, 5, 8]],
  [5, [2, 35, 4]],
  [1, [1, 130, 4]],
  [33, [1, 66, 4]],
  [16, [2, 64, 4]],
  [2, [1, 4, 2_000]],
];
const instances = [
  ...[2, 4, 5, 7, 8, 9, 16, 17, 32, 33, 64, 130].map((s) => [2, 3, s]),
  ...[1, 2, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 67, 130].map((c) => [2, c, 4]),
  [1, 1, 2],
  [9, 2, 8],
];
const formats: MemoryFormat[] = ['contiguous', 'channelsLast'];

type Case = [name: string, shape: number[], MemoryFormat, DType, SampleNorm];

const cases: Case[] = (['float32', 'float64'] as const).flatMap((dtype) => [
  ...rows.flatMap((shape): Case[] =>
    [layerNorm, rmsNorm].map((norm) => {
      const rowNorm = norm(shape.slice(1));
      return [rowNorm.name, shape, 'contiguous', dtype, rowNorm];
    }),
  ),
  ...formats.flatMap((memoryFormat) => [
    ...groups.map(([count, shape]): Case => {
      const norm = groupNorm(count);
      return [norm.name, shape, memoryFormat, dtype, norm];
    }),
    ...instances.map((shape): Case => {
      const norm = instanceNorm();
      return [norm.name, shape, memoryFormat, dtype, norm];
    }),
  ]),
]);

type Value = (place: { q: number; sign: number; set: number; parameter: number }) => number;

/** An input of a case and what comes of it, exact in any order of summation. */
class Exact {
  readonly #shape: number[];
  readonly #memoryFormat: MemoryFormat;
  readonly #dtype: DType;
  readonly #sets: ReturnType<SampleNorm['sets']>;
  /** Adjacent elements that share a mean and, of a group, a channel: balanced by themselves. */
  readonly #run: number;

  constructor([, shape, memoryFormat, dtype, norm]: Case) {
    this.#shape = shape;
    this.#memoryFormat = memoryFormat;
    this.#dtype = dtype;
    this.#sets = norm.sets(shape);
    this.#run = shape.at(-1) as number;
  }

  /** Whether there is an exact gradient too. */
  get hasSigns(): boolean {
    return this.#run % 4 === 0;
  }

  /** Columns are joined from parts, whose means differ in an odd run: float64 rounds there. */
  get ulps(): number {
    if (this.#memoryFormat === 'contiguous' || this.#run % 2 === 0) return 0;
    return this.#dtype === 'float32' ? 1 : 8;
  }

  /** The mean that rmsNorm does not take off is 0. */
  mean(set: number): number {
    return this.#sets.centered ? scaleOf(set).mean : 0;
  }

  /** A tensor at an odd address. */
  room() {
    return misaligned(this.#shape, this.#dtype, this.#memoryFormat);
  }

  tensor(value: Value): Tensor {
    const q = pattern(this.#run);
    const sign = this.hasSigns ? signs(this.#run) : q;
    const { tensor: target } = this.room();
    const logical = Array.from({ length: target.size }, (_, i) =>
      value({
        q: q[i % this.#run] as number,
        sign: sign[i % this.#run] as number,
        set: this.#sets.of(i),
        parameter: this.#sets.parameterOf(i),
      }),
    );
    const options = { dtype: this.#dtype, memoryFormat: this.#memoryFormat };
    target.data.set(tensor(logical, this.#shape, options).data);
    return target;
  }

  parameter(value: (parameter: number) => number): Tensor {
    const { parameterShape } = this.#sets;
    const { tensor: target } = misaligned(parameterShape, this.#dtype, 'contiguous');
    target.data.forEach((_, i) => {
      target.data[i] = value(i);
    });
    return target;
  }

  /** The sum of `value` over the elements of each parameter. */
  summed(value: Value): FloatArray {
    const sums = this.parameter(() => 0).data;
    const values = this.tensor(value).to({ memoryFormat: 'contiguous' }).data;
    values.forEach((element, i) => {
      const parameter = this.#sets.parameterOf(i);
      sums[parameter] = (sums[parameter] as number) + element;
    });
    return sums;
  }
}

/** Powers of two of both signs: what is divided by them stays exact. */
const weightOf = (parameter: number) => (parameter % 2 === 0 ? 1 : -1) * 2 ** ((parameter % 3) - 1);
const invstdOf = (set: number) => 1 / (2 * scaleOf(set).unit);

const targets = native.simdTargets();

afterAll(() => native.setSimdTarget(null));

describe.each(targets)('on %s', (target) => {
  beforeAll(() => {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
  });

  test.each(cases)('%s of %j, %s, %s: forward', (...one) => {
    const exact = new Exact(one);
    const norm = one[4];
    const x = exact.tensor(({ q, set }) => exact.mean(set) + scaleOf(set).unit * q);
    const weight = exact.parameter((i) => affineOf(i).weight);
    const bias = norm.hasBias ? exact.parameter((i) => affineOf(i).bias) : null;
    const out = exact.room();
    norm.forward(x, { weight, bias, eps: 0, out: out.tensor });
    const expected = exact.tensor(
      ({ q, parameter }) =>
        (q / 2) * affineOf(parameter).weight + (norm.hasBias ? affineOf(parameter).bias : 0),
    );
    expectWithinUlps(out.tensor.data, expected.data, exact.ulps);
    expect(out.paddingIsIntact()).toBe(true);
  });

  // g = dy * weight is 0.5 and a quarter of q, which the means take away, plus signs, which stay.
  const divisible = cases.filter((one) => new Exact(one).hasSigns);
  test.each(divisible)('%s of %j, %s, %s: backward', (...one) => {
    const exact = new Exact(one);
    const norm = one[4];
    const { centered } = norm.sets(one[1]);
    const x = exact.tensor(({ q, set }) => exact.mean(set) + scaleOf(set).unit * q);
    const g: Value = ({ q, sign }) => 0.5 + q / 4 + sign;
    const dy: Value = (place) => g(place) / weightOf(place.parameter);
    const weight = exact.parameter(weightOf);
    const out = exact.room();
    const options = { weight, eps: 0, out: out.tensor };
    const { gradWeight, gradBias } = norm.backward(exact.tensor(dy), x, options);
    const expected = exact.tensor(({ sign, set }) => (sign + (centered ? 0 : 0.5)) * invstdOf(set));
    expectWithinUlps(out.tensor.data, expected.data, 0);
    expect(out.paddingIsIntact()).toBe(true);
    const weights = exact.summed((place) => (dy(place) * place.q) / 2);
    expectWithinUlps(gradWeight.data as FloatArray, weights, 0);
    if (gradBias !== undefined) expectWithinUlps(gradBias.data, exact.summed(dy), 0);
  });
});
