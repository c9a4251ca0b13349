import { fillIn } from './defaults';
import type { NetworkRecord, StudySettings } from './record';
import { hasStatistics, isPoint } from './schedule';
import { StudyError } from './study-error';

const names: Readonly<Record<keyof StudySettings, string>> = {
  steps: 'a number of steps',
  batchSize: 'a batch size',
  learningRate: 'a learning rate',
  seed: 'a seed',
  initialStd: 'a standard deviation of the first weights',
  momentum: 'a momentum',
  eps: 'an eps',
  hidden: 'hidden layers',
  evaluateEvery: 'an interval of the tests',
};

/**
 * The settings of a run that was at `step` with the settings `saved`: those, but for a new number of
 * steps.
 *
 * @throws StudyError where another one is given than the run has
 */
export function resumedSettings(
  folder: string,
  saved: StudySettings,
  step: number,
  given: Partial<StudySettings>,
): StudySettings {
  for (const [key, name] of Object.entries(names) as [keyof StudySettings, string][]) {
    const [there, here] = [String(saved[key]), String(given[key] ?? saved[key])];
    if (key === 'steps' || there === here) continue;
    throw new StudyError(
      `${folder} was trained with ${name} of ${there}, not ${here}: leave the option out, or train ` +
        'anew in another folder',
    );
  }
  const { steps = saved.steps } = given;
  if (steps < step) throw new StudyError(`${folder} is at step ${step} already, beyond ${steps}`);
  return fillIn({ ...saved, steps });
}

/** The record of a run that goes on beyond its end: without what was measured only for being the end. */
export function withoutEnd(record: NetworkRecord, every: number): NetworkRecord {
  const points = record.points
    .filter(({ step }) => isPoint(step, every))
    .map((point) => (hasStatistics(point.step, every) ? point : { ...point, statistics: [] }));
  return { ...record, points };
}
