import type { StudyRecord } from '../../record';
import { wholeTicks } from './even-ticks';
import type { Frame } from './frame';
import { logTicks } from './log-axis';
import type { Size } from './size';

/** The axis of the charts over the steps of training. */
export type StepsAxis = Pick<Frame, 'x' | 'xTicks' | 'xFormat'>;

const label = 'training step';
const xFormat = (step: number) => step.toLocaleString('en-US');

export function stepsAxis(record: StudyRecord, { width }: Size): StepsAxis {
  const last = lastStep(record);
  // A label needs some 80 pixels, and the names of the lines as much as two.
  const ticks = wholeTicks(last, Math.max(2, Math.floor((width - 160) / 80)));
  return { x: { domain: [0, last], label }, xTicks: ticks, xFormat };
}

/** For what happens in the first steps, of which each has room; step 0 has none. */
export function logStepsAxis(record: StudyRecord): StepsAxis {
  const last = Math.max(2, lastStep(record));
  const ticks = logTicks([1, last]).filter(Number.isInteger);
  return { x: { type: 'log', domain: [1, last], label }, xTicks: ticks, xFormat };
}

/** That of both networks, for their charts to have the same axis; 1 where there is none. */
function lastStep({ networks: { plain, batchNorm } }: StudyRecord): number {
  return Math.max(1, ...[plain, batchNorm].map(({ points }) => points.at(-1)?.step ?? 0));
}
