import { type Both, both } from '../both';
import type { NetworkRecord, StudyPoint, StudyRecord } from '../record';

/** Test accuracy from which on a network is said to have learned. */
export const learned = 0.9;

/** What a network's curves come to. */
export interface Outcome {
  /** Null where nothing was recorded. */
  readonly last: StudyPoint | null;
  /** The first recorded step with a test accuracy of `learned` or more; null without one. */
  readonly learnedAt: number | null;
  /** The step whose loss was no longer finite; null where all were. */
  readonly divergedAt: number | null;
  /** Whether it ended before its time, though it had not diverged. */
  readonly isUnfinished: boolean;
}

export function outcomesOf({ networks, settings }: StudyRecord): Both<Outcome> {
  return both((kind) => outcomeOf(networks[kind], settings.steps));
}

/** The last step that was measured in a run that ended before its time; null where it did not. */
export function unfinishedAt(record: StudyRecord): number | null {
  const unfinished = Object.values(outcomesOf(record)).filter(({ isUnfinished }) => isUnfinished);
  return unfinished.length === 0
    ? null
    : Math.max(...unfinished.map(({ last }) => last?.step ?? 0));
}

function outcomeOf({ points, divergedAt }: NetworkRecord, steps: number): Outcome {
  const last = points.at(-1) ?? null;
  const first = points.find(({ testAccuracy }) => testAccuracy >= learned);
  return {
    last,
    learnedAt: first?.step ?? null,
    divergedAt,
    isUnfinished: divergedAt === null && last !== null && last.step < steps,
  };
}
