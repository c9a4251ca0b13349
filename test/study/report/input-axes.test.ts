import type { NetworkRecord, StudyRecord } from '../../../lib/study/record';
import { figuresOfThePaper } from '../../../lib/study/report/figures';
import { inputAxes } from '../../../lib/study/report/input-axes';
import { syntheticRecord } from './synthetic-record';

const record = syntheticRecord();

/** The record with inputs between these ends. */
function between(plain: [number, number], batchNorm: [number, number]): StudyRecord {
  const of = (network: NetworkRecord, [least, most]: [number, number]): NetworkRecord => ({
    ...network,
    points: network.points.map((point) => ({ ...point, percentiles: [least, least, most] })),
  });
  const { networks } = record;
  return {
    ...record,
    networks: { plain: of(networks.plain, plain), batchNorm: of(networks.batchNorm, batchNorm) },
  };
}

const captions = (of: StudyRecord) =>
  figuresOfThePaper(of)
    .slice(1)
    .map(({ text }) => text.match(/<figcaption[^>]*>(.*)<\/figcaption>/s)?.[1] ?? '');

test('inputs about as wide as the others share an axis, which goes over both', () => {
  const shared = between([-1, 1], [-0.5, 3]);
  expect(inputAxes(shared)).toEqual({ plain: [-1, 3], batchNorm: [-1, 3], areShared: true });
  expect(captions(shared)[1]).toContain('on the same axes as (b)');
});

test('inputs that hardly move have an axis of their own, and the captions say so', () => {
  const apart = between([-0.53, -0.3], [-1.4, 1.4]);
  expect(inputAxes(apart)).toEqual({
    plain: [-0.53, -0.3],
    batchNorm: [-1.4, 1.4],
    areShared: false,
  });
  expect(captions(apart)).toEqual([
    expect.stringContaining('The axis is its own'),
    expect.stringContaining('on an axis of its own, not that of (b)'),
  ]);
});

test('where one network has no inputs the other has the axis', () => {
  const one = between([Number.NaN, Number.NaN], [-1, 2]);
  expect(inputAxes(one)).toEqual({ plain: [-1, 2], batchNorm: [-1, 2], areShared: true });
});
