import type { StudyPoint, StudyRecord } from '../../record';
import type { Curve } from './curve';

export const withBatchNorm = {
  name: 'with batch norm',
  shortName: 'with',
  colour: 'var(--batch-norm)',
};
export const without = {
  name: 'without',
  shortName: 'without',
  colour: 'var(--plain)',
  dash: '6 4',
};

/** A value of both networks over the steps; the one with batch norm comes last, on top. */
export function bothNetworks(
  { networks }: StudyRecord,
  value: (point: StudyPoint) => number,
): Curve[] {
  const points = (network: { readonly points: readonly StudyPoint[] }) =>
    network.points.map((point) => ({ step: point.step, value: value(point) }));
  return [
    { ...without, points: points(networks.plain) },
    { ...withBatchNorm, points: points(networks.batchNorm) },
  ];
}
