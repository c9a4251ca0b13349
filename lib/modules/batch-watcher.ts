import type { Statistics } from '../functional/internal';
import type { Tensor } from '../tensor/tensor';
import type { Done } from './async/call-module';

/**
 * Watches a layer in training. The layer then neither updates its running statistics nor keeps
 * anything for backward.
 */
export interface BatchWatcher {
  /** Told the statistics of each batch, and how many values per channel it has. */
  add(count: number, statistics: Statistics): void;
  /**
   * What a batch of one value per channel is normalized with, having no variance of its own; null
   * for the layer's running statistics.
   */
  soFar(): { readonly runningMean: Tensor; readonly runningVar: Tensor } | null;
}

/** A batch of one value per channel, which a watched layer takes. */
export interface OneValue {
  readonly watcher: BatchWatcher;
  readonly statistics: Statistics;
}

/** That of an input; null where it has more values, or nobody watches. */
export function oneValueOf(
  watcher: BatchWatcher | null,
  { data, size }: Tensor,
  channels: number,
): OneValue | null {
  if (watcher === null || size !== channels) return null;
  // Copied now: the output may go where the input is.
  const mean = Float64Array.from(data);
  const variance = new Float64Array(size);
  return { watcher, statistics: { mean, variance, invstd: variance } };
}

export function tell({ watcher, statistics }: OneValue): void {
  watcher.add(1, statistics);
}

/** The same once the pass is done. */
export function tellOnceDone(one: OneValue | null, done: Done): Done {
  if (one === null) return done;
  const { check, apply } = done.commit;
  const commit = {
    check,
    apply: (isLatest: boolean) => {
      apply(isLatest);
      tell(one);
    },
  };
  return { ...done, commit };
}
