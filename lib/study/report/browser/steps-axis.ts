import type { StudyRecord } from '../../record';
import type { Frame } from './frame';
import { logTicks } from './log-axis';

/** The axis of the charts over the steps of training. */
export type StepsAxis = Pick<Frame, 'x' | 'xTicks' | 'xFormat'>;

const label = 'training step';
const xFormat = (step: number) => step.toLocaleString('en-US');

export function stepsAxis(record: StudyRecord): StepsAxis {
  return { x: { domain: [0, lastStep(record)], label }, xFormat };
}

/** For what happens in the first steps, of which each has room; step 0 has none. */
export function logStepsAxis(record: StudyRecord): StepsAxis {
  const last = lastStep(record);
  const ticks = logTicks([1, last]).filter((step) => Number.isInteger(Math.log10(step)));
  return { x: { type: 'log', domain: [1, last], label }, xTicks: ticks, xFormat };
}

/** That of both networks, for their charts to have the same axis; 1 where there is none. */
function lastStep({ networks: { plain, batchNorm } }: StudyRecord): number {
  return Math.max(1, ...[plain, batchNorm].map(({ points }) => points.at(-1)?.step ?? 0));
}
