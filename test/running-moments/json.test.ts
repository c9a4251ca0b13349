import {
  ArgumentError,
  RunningMoments,
  type RunningMomentsJSON,
  ShapeError,
  tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

/** Through text and back. */
const again = (moments: RunningMoments) =>
  RunningMoments.fromJSON(JSON.parse(JSON.stringify(moments)));

/** toEqual tells 0 from -0, and one NaN is as another. */
const numbersOf = ({ count, mean, variance, min, max }: RunningMoments) => [
  count,
  ...[mean, variance, min, max].map((values) => [...values]),
];

describe('nothing is lost', () => {
  test.each<[string, number[]]>([
    ['numbers with all their digits', [0.1, 1 / 3, Math.PI * 1e-7]],
    ['large and small ones', [1e300, 5e-324, -1e-310]],
    ['NaN', [Number.NaN, 1]],
    ['infinities', [Number.POSITIVE_INFINITY, 1]],
    ['both infinities', [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
    ['-0', [-0, -0]],
    ['no values', []],
  ])('%s', (_, values) => {
    const data = Float64Array.from(values.flatMap((value) => [value, 7]));
    const moments = new RunningMoments(2).update({ data, shape: [values.length, 2] });
    expect(numbersOf(again(moments))).toEqual(numbersOf(moments));
    const more = tensor([[0.7, 0.1]]);
    expect(numbersOf(again(moments).update(more))).toEqual(numbersOf(moments.update(more)));
  });

  test('-0 stays -0', () => {
    const json = { ...new RunningMoments(1).update(tensor([[0]])).toJSON(), mean: ['-0'] as const };
    expect(RunningMoments.fromJSON(json).mean[0]).toBe(-0);
    expect(RunningMoments.fromJSON(json).toJSON()).toEqual(json);
  });
});

test('it is plain and can be read', () => {
  const moments = new RunningMoments(1).update(tensor([[1], [3]]));
  expect(moments.toJSON()).toEqual({
    type: 'RunningMoments',
    version: 1,
    channels: 1,
    count: 2,
    mean: [2],
    m2: [2],
    min: [1],
    max: [3],
  });
});

describe('what no toJSON() gave is refused', () => {
  const good = new RunningMoments(2).update(tensor([[1, 2]])).toJSON();
  const empty = new RunningMoments(2).toJSON();

  test.each<[string, unknown, string]>([
    ['null', null, 'expected the object that toJSON() gave, got null'],
    ['an array', [good], 'expected the object that toJSON() gave, got Array'],
    ['text', JSON.stringify(good), 'JSON.parse makes one of it'],
    ['another type', { ...good, type: 'Tensor' }, "type should be 'RunningMoments', got 'Tensor'"],
    ['an empty object', {}, "type should be 'RunningMoments', got undefined"],
    ['a version to come', { ...good, version: 2 }, 'version 2 is unknown'],
    ['no channels', { ...good, channels: 0 }, 'channels should be an integer of at least 1, got 0'],
    ['half a channel', { ...good, channels: 1.5 }, 'channels should be an integer'],
    [
      'a negative count',
      { ...good, count: -1 },
      'count should be an integer of at least 0, got -1',
    ],
    ['a vast count', { ...good, count: 2 ** 53 }, 'count should be an integer'],
    [
      'a count as text',
      { ...good, count: '1' },
      "count should be an integer of at least 0, got '1'",
    ],
    ['no mean', { ...good, mean: undefined }, 'mean should be an array, got undefined'],
    ['null in it', { ...good, max: [1, null] }, "max[1] should be a number, 'NaN', "],
    ['other text in it', { ...good, min: ['1', 2] }, "'-Infinity' or '-0', got '1'"],
    ['a negative m2', { ...good, m2: [-1, 0] }, 'm2[0] should not be negative, got -1'],
    ['min above max', { ...good, min: [1, 9] }, 'min[1] is 9, above max[1], 2'],
    ['a mean of nothing', { ...empty, mean: [1, 0] }, 'count is 0, yet channel 0 has values'],
  ])('%s', (_, json, message) => {
    const read = () => RunningMoments.fromJSON(json);
    expectRefused(read, ArgumentError, `RunningMoments.fromJSON: `);
    expectRefused(read, ArgumentError, message);
  });

  test.each<[string, Partial<Record<keyof RunningMomentsJSON, unknown>>]>([
    ['too few numbers', { mean: [1] }],
    ['too many numbers', { min: [1, 2, 3] }],
    ['more channels than numbers', { channels: 2 ** 40 }],
  ])('%s', (_, changes) => {
    const read = () => RunningMoments.fromJSON({ ...good, ...changes });
    expectRefused(read, ShapeError, 'should hold a number for each of');
  });

  test('what answers differently each time is read once', () => {
    let asked = 0;
    const json = {
      ...good,
      get channels() {
        asked++;
        return asked === 1 ? 2 : 2 ** 30;
      },
    };
    expect(RunningMoments.fromJSON(json).channels).toBe(2);
    expect(asked).toBe(1);
  });

  test('an array of more numbers than memory has room for', () => {
    const channels = 2 ** 45;
    const mean = new Proxy([1], { get: (_, key) => (key === 'length' ? channels : 1) });
    const read = (): RunningMoments => RunningMoments.fromJSON({ ...good, channels, mean });
    expectRefused(read, ArgumentError, 'cannot allocate');
  });

  test('an array that shrinks while it is read', () => {
    const mean = new Proxy([1, 2], {
      get: (target, key) => (key === 'length' ? 2 : Reflect.get(target.slice(0, 1), key)),
    });
    const read = (): RunningMoments => RunningMoments.fromJSON({ ...good, mean });
    const message: string = expectRefused(read, ArgumentError, 'mean[1] should be a number');
    expect(message).toContain('got undefined');
  });
});
