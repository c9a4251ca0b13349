import type { StudyPoint, StudyRecord } from '../record';

/** How much wider one range may be than the other for both to be read on the same axis. */
const comparable = 4;

/** From the least to the most; null where nothing was recorded. */
export type Range = readonly [least: number, most: number];

/** What the axes of a sigmoid's input go over, for each network. */
export interface InputAxes {
  readonly plain: Range | null;
  readonly batchNorm: Range | null;
  /** Whether it is the same for both. */
  readonly areShared: boolean;
}

/** The same axis for both, unless one of them would be a flat line there. */
export function inputAxes({ networks }: StudyRecord): InputAxes {
  const [plain, batchNorm] = [networks.plain, networks.batchNorm].map(({ points }) =>
    rangeOf(points),
  ) as [Range | null, Range | null];
  if (plain !== null && batchNorm !== null && ratio(plain, batchNorm) > comparable) {
    return { plain, batchNorm, areShared: false };
  }
  const ends = [plain, batchNorm].flatMap((range) => range ?? []);
  const both: Range | null = ends.length === 0 ? null : [Math.min(...ends), Math.max(...ends)];
  return { plain: both, batchNorm: both, areShared: true };
}

function rangeOf(points: readonly StudyPoint[]): Range | null {
  const values = points.flatMap(({ percentiles }) => percentiles.filter(Number.isFinite));
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}

/** How many times as wide the wider one is. */
function ratio(a: Range, b: Range): number {
  const [narrow, wide] = [a[1] - a[0], b[1] - b[0]].sort((x, y) => x - y) as [number, number];
  return narrow > 0 ? wide / narrow : 1;
}
