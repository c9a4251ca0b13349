import type { SweepPoint } from '../../../lib/study/record';
import { otherFigures } from '../../../lib/study/report/figures';
import { learningRateNote } from '../../../lib/study/report/learning-rate-note';
import { rangesThatTrain, trialsOf } from '../../../lib/study/report/sweep';
import { syntheticRecord } from './synthetic-record';

const trial = (learningRate: number, plain: number | null, steps = 1000): SweepPoint => ({
  learningRate,
  steps,
  plain,
  batchNorm: 0.9,
});

/** As two sweeps into one checkpoint leave them. */
const mixed = [trial(1, 0.6), trial(3, 0.8), trial(0.3, 0.1), trial(1, 0.7), trial(1, 0.2, 50)];

test('trials are taken by their steps, then by rising learning rate, each once', () => {
  expect(trialsOf(mixed)).toEqual([
    { steps: 50, points: [trial(1, 0.2, 50)] },
    { steps: 1000, points: [trial(0.3, 0.1), trial(1, 0.7), trial(3, 0.8)] },
  ]);
});

describe('a network trains', () => {
  const ranges = (...accuracies: (number | null)[]) => {
    const points = accuracies.map((accuracy, i) => trial(10 ** i, accuracy));
    return rangesThatTrain({ steps: 1000, points }, 'plain');
  };

  test('where it recognizes half of the digits', () => {
    expect(ranges(0.1135, 0.5, 0.9, 0.49)).toEqual([[10, 100]]);
  });

  test('in two ranges where there is one between them in which it does not', () => {
    expect(ranges(0.9, null, 0.9, 0.9)).toEqual([
      [1, 1],
      [100, 1000],
    ]);
  });

  test('nowhere where it only guesses', () => expect(ranges(0.1, 0.1135)).toEqual([]));
});

const record = syntheticRecord();

test('the caption says in which range each network trains', () => {
  const sweep = [trial(0.1, 0.1135), trial(1, 0.58), trial(3, 0.85), trial(10, 0.1)];
  const text = otherFigures({ ...record, sweep }).at(-1)?.text;
  expect(text).toContain(
    'After 1,000 steps, tried from 0.1 to 10: with batch norm the network trains from 0.1 to 10, without from 1 to 3.',
  );
});

describe('the learning rate of the comparison', () => {
  const note = (...sweep: SweepPoint[]) => learningRateNote({ ...record, sweep }).text;

  test('is said to be too small for the plain network where the sweep shows so', () => {
    expect(note(trial(0.1, 0.1135), trial(3, 0.85))).toMatch(
      /at a learning rate of 0\.1, .*at\s+3 it recognizes 85\.0%, the one with\s+90\.0%/s,
    );
  });

  test.each([
    ['that is best at it', [trial(0.1, 0.9), trial(3, 0.85)]],
    ['that does not train at larger ones either', [trial(0.1, 0.1), trial(3, 0.3)]],
    ['of which nothing was tried', []],
  ])('is not, for one %s', (_, sweep) => expect(note(...sweep)).toBe(''));
});
