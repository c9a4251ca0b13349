import type { NetworkRecord, StudyRecord } from '../study/record';
import { aligned } from './aligned';

/** Both networks side by side. */
export function trainTable({ stepMilliseconds, networks }: StudyRecord): string {
  return table([
    ['', 'test accuracy', 'a step', 'of it batch norm'],
    ['without batch norm', ...cells(networks.plain)],
    ['with batch norm', ...cells(networks.batchNorm)],
    ['both, side by side', '', milliseconds(stepMilliseconds), ''],
  ]);
}

function cells(network: NetworkRecord): string[] {
  const { points, divergedAt, stepMilliseconds, batchNormMilliseconds } = network;
  const share = (100 * batchNormMilliseconds) / stepMilliseconds;
  return [
    divergedAt === null ? percent(points.at(-1)?.testAccuracy ?? null) : 'diverged',
    milliseconds(stepMilliseconds),
    batchNormMilliseconds === 0
      ? '-'
      : `${milliseconds(batchNormMilliseconds)} (${share.toFixed(0)} %)`,
  ];
}

/** What both come to with other learning rates. */
export function sweepTable({ sweep }: StudyRecord): string {
  return table([
    ['learning rate', 'steps', 'without batch norm', 'with batch norm'],
    ...sweep.map(({ learningRate, steps, plain, batchNorm }) => [
      String(learningRate),
      String(steps),
      percent(plain),
      percent(batchNorm),
    ]),
  ]);
}

function table(rows: readonly (readonly string[])[]): string {
  return aligned(rows, 'text')
    .map((line) => `${line}\n`)
    .join('');
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function percent(share: number | null): string {
  return share === null ? 'diverged' : `${(100 * share).toFixed(2)} %`;
}
