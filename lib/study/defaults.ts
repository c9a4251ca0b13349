import type { StudySettings } from './record';
import { roundedInterval } from './schedule';

/**
 * Those of the paper where it names them: layers, batch, steps and small normal weights. It does not
 * name the learning rate, nor how small.
 */
export const defaults = {
  steps: 50_000,
  batchSize: 60,
  learningRate: 0.1,
  seed: 1,
  initialStd: 0.05,
  momentum: 0.1,
  eps: 1e-5,
  hidden: [100, 100, 100],
  sweepRates: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
  sweepSteps: 1000,
} as const;

/** The settings of a run of which some are given. */
export function fillIn(given: Partial<StudySettings>): StudySettings {
  const { sweepRates: _, sweepSteps: __, ...own } = defaults;
  const settings = { ...own, ...given };
  return { ...settings, evaluateEvery: given.evaluateEvery ?? roundedInterval(settings.steps) };
}
