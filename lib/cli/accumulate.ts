import { RunningMoments } from '../index';
import { isBug, oneLine } from './command-error';
import type { Dataset, Leaf } from './dataset';
import type { PartialStats, Skipped } from './partial-stats';

export interface Watcher {
  /** A leaf is in the tree, read or not. */
  onLeaf(leaf: number): void;
  onSkipped(skipped: Skipped): void;
  /** Whether to begin no further leaf. */
  readonly isStopped: boolean;
}

/** Reads what is missing of a part, some leaves at a time; what cannot be read counts as empty. */
export async function accumulate(
  dataset: Dataset,
  stats: PartialStats,
  watcher: Watcher,
): Promise<void> {
  const missing = stats.missing();
  let failed = false;
  const read = async (leaf: number) => {
    const result = await dataset.read(leaf).catch((error): Leaf => {
      if (isBug(error)) throw error;
      const skipped = { leaf, file: dataset.fileOf(leaf), reason: oneLine(error) };
      if (stats.skip(skipped)) watcher.onSkipped(skipped);
      return { moments: new RunningMoments(dataset.channels ?? 1) };
    });
    stats.add(leaf, result);
    watcher.onLeaf(leaf);
  };
  const worker = async () => {
    while (!failed && !watcher.isStopped) {
      const { value: leaf, done } = missing.next();
      if (done) return;
      await read(leaf).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: dataset.atOnce }, worker));
}
