import type { NetworkRecord, StudyPoint } from '../record';

/** Test accuracy from which on a network is said to have learned. */
export const learned = 0.9;

/** What a network's curves come to. */
export interface Outcome {
  /** Null where nothing was recorded. */
  readonly last: StudyPoint | null;
  /** The first recorded step with a test accuracy of `learned` or more; null without one. */
  readonly learnedAt: number | null;
  /** Whether the loss was no longer finite at the end. */
  readonly hasDiverged: boolean;
}

export function outcomeOf({ points }: NetworkRecord): Outcome {
  const last = points.at(-1) ?? null;
  const first = points.find(({ testAccuracy }) => testAccuracy >= learned);
  return { last, learnedAt: first?.step ?? null, hasDiverged: last !== null && diverged(last) };
}

/** Before the first step there is no loss, and it is no divergence. */
function diverged({ step, trainLoss }: StudyPoint): boolean {
  return step > 0 && !Number.isFinite(trainLoss);
}
