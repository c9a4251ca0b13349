import type { StudyRecord } from '../../record';

/** The last recorded step of both networks, for their charts to have the same axis. */
export function lastStep({ networks: { plain, batchNorm } }: StudyRecord): number {
  return Math.max(0, plain.points.at(-1)?.step ?? 0, batchNorm.points.at(-1)?.step ?? 0);
}
