import { ArgumentError } from '../errors';
import { ChannelMoments } from '../functional/internal';
import { nameOf } from '../tensor/name-of';
import type { Tensor } from '../tensor/tensor';
import { BatchNorm, watchBatches } from './batch-norm';
import { Module } from './module';
import type { StateDictLike } from './state-dict';

const caller = 'updateBatchNormStats';

/**
 * Gives every BatchNorm with running statistics inside a module the statistics of its inputs over a
 * whole data set, in place of the averages that training leaves behind ("precise BatchNorm", Wu &
 * Johnson 2021, arXiv:2105.07576; PyTorch's `torch.optim.swa_utils.update_bn`).
 *
 * The batches go forward in training mode. `runningMean` becomes the mean and `runningVar` the
 * variance, divided by the number n of values per channel, of all that came into the layer; batches
 * are joined by Chan's formula in float64, so that they need not be of one size. Of n values in one
 * batch and of the same values in several, one layer alone has the same statistics.
 * `numBatchesTracked` becomes the number of batches. Nothing else changes: neither parameters and
 * `momentum`, nor other buffers and the modes; frozen layers, layers with `trackRunningStats` false,
 * and those that no value comes to, stay as they are.
 *
 * Leave the module alone until the promise is settled. What an earlier `forward` kept for
 * `backward` is gone then.
 *
 * @param module Its `forward` is called with each batch; a promise that it returns is awaited.
 * @param batches What `forward` takes, from an iterable or an async iterable; read once.
 * @returns A promise, which is rejected with what `forward` or the iterable throws, and with an
 * ArgumentError where there is no batch or a layer is lazy and has no channels yet. Then no layer
 * has changed.
 *
 * @example
 * ```ts
 * const net = new Sequential(new BatchNorm1d(2));
 * await updateBatchNormStats(net, [tensor([[1, 2], [3, 2]]), tensor([[5, 2], [7, 2], [9, 2]])]);
 * net.stateDict()['0.running_mean']; // tensor([5., 2.])
 * net.stateDict()['0.running_var']; // tensor([8., 0.])
 * ```
 */
export async function updateBatchNormStats<Batch>(
  module: Module & { forward(input: Batch): unknown },
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<void> {
  checkArguments(module, batches);
  const modules = module.namedModules();
  const modes = modules.map(([, inside]) => inside.training);
  // Training may change those of other layers; a lazy one refuses to give them.
  const buffers = module.buffers().map((buffer) => ({ buffer, before: buffer.clone() }));
  const seen: Seen[] = [];
  try {
    for (const [name, layer] of modules) if (isTracking(layer)) seen.push(watch(name, layer));
    module.train();
    let count = 0;
    for await (const batch of batches) {
      await module.forward(batch);
      count++;
    }
    if (count === 0) throw new ArgumentError(`${caller}: there is no batch to take statistics of`);
  } finally {
    for (const { layer } of seen) watchBatches(layer, null);
    for (const [i, [, inside]] of modules.entries()) inside.training = modes[i] as boolean;
    for (const { buffer, before } of buffers) restore(buffer, before);
  }
  // All layers or none: the memory of one may be gone by now.
  module.loadStateDict(Object.assign({}, ...seen.map(stateOf)), { strict: false });
}

/** Puts the values back, unless the memory was taken away meanwhile. */
function restore({ data }: Tensor, before: Tensor): void {
  if (data.length === before.size) data.set(before.data);
}

/** What came into a layer. */
interface Seen {
  readonly name: string;
  readonly layer: BatchNorm;
  readonly moments: ChannelMoments;
  batches: number;
}

function isTracking(module: Module): module is BatchNorm {
  return (
    module instanceof BatchNorm && module.trackRunningStats && module.numBatchesTracked !== null
  );
}

function watch(name: string, layer: BatchNorm): Seen {
  const seen: Seen = { name, layer, moments: new ChannelMoments(layer.numFeatures), batches: 0 };
  watchBatches(layer, (count, statistics) => {
    seen.moments.add(count, statistics);
    seen.batches++;
  });
  return seen;
}

/** What the layer's state dict is to hold; nothing where no value came. */
function stateOf({ name, moments, batches }: Seen): StateDictLike {
  const { count, mean } = moments;
  if (count === 0) return {};
  const shape = [mean.length];
  const prefix = name === '' ? '' : `${name}.`;
  return {
    [`${prefix}running_mean`]: { data: mean, shape },
    [`${prefix}running_var`]: { data: moments.variance(), shape },
    [`${prefix}num_batches_tracked`]: batches,
  };
}

function checkArguments(module: unknown, batches: unknown): void {
  if (!(module instanceof Module)) {
    throw new ArgumentError(`${caller}: expected a Module, got ${nameOf(module)}`);
  }
  if (!('forward' in module) || typeof module.forward !== 'function') {
    throw new ArgumentError(`${caller}: ${module.constructor.name} has no forward: give it one`);
  }
  const iterates = [Symbol.iterator, Symbol.asyncIterator].some(
    (method) => typeof Object(batches)[method] === 'function',
  );
  if (iterates && typeof batches === 'object') return;
  throw new ArgumentError(
    `${caller}: expected batches to be an iterable or an async iterable of what forward takes, ` +
      `got ${nameOf(batches)}`,
  );
}
