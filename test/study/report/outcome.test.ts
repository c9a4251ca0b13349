import type { StudyRecord } from '../../../lib/study/record';
import { results } from '../../../lib/study/report/results';
import { summary } from '../../../lib/study/report/summary';
import { syntheticRecord } from './synthetic-record';

const record = syntheticRecord();
const { plain, batchNorm } = record.networks;

/** The first `points` of each network. */
function cut(points: number, divergedAt: number | null): StudyRecord {
  const first = plain.points.slice(0, points);
  return {
    ...record,
    networks: {
      plain: { ...plain, points: first, divergedAt },
      batchNorm:
        divergedAt === null
          ? { ...batchNorm, points: batchNorm.points.slice(0, points) }
          : batchNorm,
    },
  };
}

describe('a run that ended before its time', () => {
  const unfinished = cut(11, null);

  test('is called unfinished, at its last point, and not diverged', () => {
    for (const { text } of [summary(unfinished), results(unfinished)]) {
      expect(text).toMatch(/unfinished/i);
      expect(text).toContain('step 500');
      expect(text).not.toContain('diverged');
    }
  });

  test('has the results of its last point', () => {
    expect(results(unfinished).text).toContain('<td>11.35%</td>');
  });
});

describe('a network that diverged', () => {
  const diverged = cut(7, 317);

  test('is said to have, and where', () => {
    expect(summary(diverged).text).toContain('has diverged, at step 317');
    expect(results(diverged).text).toContain('<td>diverged at step 317</td>');
  });

  test('does not make the run unfinished', () => {
    for (const { text } of [summary(diverged), results(diverged)]) {
      expect(text).not.toMatch(/unfinished/i);
    }
  });

  test('is told of even where it did so in the last step', () => {
    const last = cut(31, 1500);
    expect(results(last).text).toContain('<td>diverged at step 1,500</td>');
  });
});

test('one step is no steps', () => {
  const { text } = summary({ ...cut(1, null), settings: { ...record.settings, steps: 0 } });
  expect(text).toContain('After 0 steps');
  expect(summary({ ...record, settings: { ...record.settings, steps: 1 } }).text).toContain(
    'After 1 step the',
  );
});
