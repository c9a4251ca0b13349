import { ChannelMoments } from '../functional/internal';
import { Tensor } from '../tensor/tensor';
import { type BatchNorm, watchBatches } from './batch-norm';
import type { StateDictLike } from './state-dict';

/** What comes into a BatchNorm in a pass over all batches. */
export class BatchNormInput {
  moments: ChannelMoments;
  batches = 0;
  /** Layers that have been called before this one in some batch. */
  readonly before = new Set<BatchNormInput>();

  constructor(
    readonly name: string,
    readonly layer: BatchNorm,
  ) {
    this.moments = new ChannelMoments(layer.numFeatures);
  }

  /** @param called The layers called in the batch that is under way. */
  watch(called: Set<BatchNormInput>): void {
    watchBatches(this.layer, {
      add: (count, statistics) => {
        this.moments.add(count, statistics);
        this.batches++;
        for (const other of called) if (other !== this) this.before.add(other);
        called.add(this);
      },
      soFar: () => this.#running(),
    });
  }

  /** Forgets what came, for a pass to come. */
  clear(): void {
    this.moments = new ChannelMoments(this.layer.numFeatures);
    this.batches = 0;
    this.before.clear();
  }

  /** Has the layer normalize with what came, as it will in evaluation. */
  settle(): void {
    const { mean } = this.moments;
    const { runningMean, runningVar } = this.layer;
    // Memory that was taken away is an error at the end.
    if (runningMean?.data.length === mean.length) runningMean.data.set(mean);
    if (runningVar?.data.length === mean.length) runningVar.data.set(this.moments.variance());
  }

  /** What the layer's state dict is to hold; nothing where no value came. */
  state(): StateDictLike {
    const { count, mean } = this.moments;
    if (count === 0) return {};
    const shape = [mean.length];
    const prefix = this.name === '' ? '' : `${this.name}.`;
    return {
      [`${prefix}running_mean`]: { data: mean, shape },
      [`${prefix}running_var`]: { data: this.moments.variance(), shape },
      [`${prefix}num_batches_tracked`]: this.batches,
    };
  }

  #running() {
    const { count, mean } = this.moments;
    if (count === 0) return null;
    const { dtype } = this.layer;
    const tensor = (data: Float64Array) => new Tensor(data, [data.length]).to({ dtype });
    return { runningMean: tensor(mean), runningVar: tensor(this.moments.variance()) };
  }
}
