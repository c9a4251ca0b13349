import type { SweepPoint } from '../record';

/** Test accuracy from which on a network is said to train: five times what guessing gives. */
export const trains = 0.5;

/** The learning rates that were tried with one number of steps. */
export interface Trials {
  readonly steps: number;
  /** By rising learning rate, each once. */
  readonly points: readonly SweepPoint[];
}

/** By their steps, for accuracies after different numbers of steps do not compare. */
export function trialsOf(sweep: readonly SweepPoint[]): Trials[] {
  const byStepsAndRate = new Map<number, Map<number, SweepPoint>>();
  for (const point of sweep) {
    const byRate = byStepsAndRate.get(point.steps) ?? new Map<number, SweepPoint>();
    byStepsAndRate.set(point.steps, byRate.set(point.learningRate, point));
  }
  return [...byStepsAndRate]
    .sort(([a], [b]) => a - b)
    .map(([steps, byRate]) => ({
      steps,
      points: [...byRate.values()].sort((a, b) => a.learningRate - b.learningRate),
    }));
}

/** The neighbouring learning rates at which a network trains, from the least to the most of each run of them. */
export function rangesThatTrain(
  { points }: Trials,
  network: 'plain' | 'batchNorm',
): [least: number, most: number][] {
  const ranges: [number, number][] = [];
  let open: [number, number] | null = null;
  for (const { learningRate, [network]: accuracy } of points) {
    if (accuracy === null || !(accuracy >= trains)) open = null;
    else if (open !== null) open[1] = learningRate;
    else {
      open = [learningRate, learningRate];
      ranges.push(open);
    }
  }
  return ranges;
}
