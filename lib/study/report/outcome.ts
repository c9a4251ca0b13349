import type { NetworkRecord, StudyPoint, StudyRecord } from '../record';

/** Test accuracy from which on a network is said to have learned. */
export const learned = 0.9;

/** What a network's curves come to. */
export interface Outcome {
  /** Null where nothing was recorded. */
  readonly last: StudyPoint | null;
  /** The first recorded step with a test accuracy of `learned` or more; null without one. */
  readonly learnedAt: number | null;
  readonly hasDiverged: boolean;
}

export function outcomesOf({ networks, settings }: StudyRecord): Record<Kind, Outcome> {
  const { steps } = settings;
  return {
    plain: outcomeOf(networks.plain, steps),
    batchNorm: outcomeOf(networks.batchNorm, steps),
  };
}

type Kind = keyof StudyRecord['networks'];

function outcomeOf({ points }: NetworkRecord, steps: number): Outcome {
  const last = points.at(-1) ?? null;
  const first = points.find(({ testAccuracy }) => testAccuracy >= learned);
  return {
    last,
    learnedAt: first?.step ?? null,
    // The points of a network end where it diverged.
    hasDiverged: last !== null && last.step < steps,
  };
}
