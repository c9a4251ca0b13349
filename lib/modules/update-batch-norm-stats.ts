import { ArgumentError, ShapeError } from '../errors';
import { iterateAsync } from '../iterate';
import { checkBoolean, checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { Tensor } from '../tensor/tensor';
import { BatchNorm, watchBatches } from './batch-norm';
import { BatchNormInput } from './batch-norm-input';
import { Module } from './module';

const caller = 'updateBatchNormStats';

export interface UpdateBatchNormStatsOptions {
  /**
   * A pass over the batches for each BatchNorm, in which those before it normalize with the
   * statistics found so far, as in evaluation. Default false: one pass for all.
   */
  readonly perLayer?: boolean | undefined;
}

/** What gives batches, or, called for each pass, something that does. */
export type Batches<Batch> = BatchSource<Batch> | (() => BatchSource<Batch>);

type BatchSource<Batch> =
  | Iterable<Batch | readonly [Batch, ...unknown[]]>
  | AsyncIterable<Batch | readonly [Batch, ...unknown[]]>;

/**
 * Gives every BatchNorm with running statistics inside a module the statistics of its inputs over a
 * whole data set, in place of the averages that training leaves behind ("precise BatchNorm", Wu &
 * Johnson 2021, arXiv:2105.07576; PyTorch's `torch.optim.swa_utils.update_bn`).
 *
 * The batches go forward in training mode. `runningMean` becomes the mean and `runningVar` the
 * variance, divided by the number n of values per channel, of all that came into the layer; batches
 * are joined by Chan's formula in float64, so that they need not be of one size.
 * `numBatchesTracked` becomes the number of batches. Nothing else changes: neither parameters and
 * `momentum`, nor other buffers and the modes; frozen layers, layers with `trackRunningStats` false,
 * and those that no value comes to, stay as they are.
 *
 * How the data is cut into batches makes no difference to the layers that no other BatchNorm comes
 * before. To those behind one it does: in training that one normalizes each batch by the batch's own
 * statistics. With `perLayer: true` it makes no difference to any layer, as long as nothing else in
 * the module depends on the batch: each has the statistics of what comes into it in evaluation. That
 * takes as many passes as there are layers one behind the other, over batches that are the same each
 * time: an array, or a function that gives them anew. A layer that is called several times for a
 * batch sees its own outputs, and depends on the cut all the same.
 *
 * A batch of one value per channel counts too; it is normalized with the statistics so far.
 *
 * Leave the module alone until the promise is settled. What an earlier `forward` kept for
 * `backward` is gone then.
 *
 * @param module Its `forward` is called with each batch; a promise that it returns is awaited.
 * @param batches What `forward` takes, from an iterable or an async iterable, read once a pass. Of
 * an array, as the pairs `[x, y]` of a data loader, the first is what `forward` takes, as in
 * PyTorch.
 * @returns A promise, which is rejected with what `forward` or the iterable throws, and with an
 * ArgumentError where there is no batch, there are not as many in each pass, or a layer is lazy and
 * has no channels yet; with a ShapeError where a layer has had one value per channel in all. Then no
 * layer has changed.
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
  batches: Batches<Batch>,
  options: UpdateBatchNormStatsOptions = {},
): Promise<void> {
  checkOptions(caller, options, ['perLayer']);
  const { perLayer = false } = options;
  checkBoolean(caller, 'perLayer', perLayer);
  checkArguments(module, batches);
  const modules = module.namedModules();
  const modes = modules.map(([, inside]) => inside.training);
  // Training may change those of other layers; a lazy one refuses to give them.
  const buffers = module.buffers().map((buffer) => ({ buffer, before: buffer.clone() }));
  const called = new Set<BatchNormInput>();
  const inputs: BatchNormInput[] = [];
  let found: readonly BatchNormInput[];
  try {
    for (const [name, layer] of modules) {
      if (!isTracking(layer)) continue;
      const input = new BatchNormInput(name, layer);
      input.watch(called);
      inputs.push(input);
    }
    module.train();
    const pass = () => goForward(module, batches, called);
    const count = await pass();
    if (count === 0) throw new ArgumentError(`${caller}: there is no batch to take statistics of`);
    found = perLayer ? await layerByLayer(inputs, count, pass) : inputs;
    for (const input of found) refuseOneValue(input);
  } finally {
    for (const { layer } of inputs) watchBatches(layer, null);
    for (const [i, [, inside]] of modules.entries()) inside.training = modes[i] as boolean;
    for (const { buffer, before } of buffers) restore(buffer, before);
  }
  // All layers or none: the memory of one may be gone by now.
  module.loadStateDict(Object.assign({}, ...found.map((input) => input.state())), {
    strict: false,
  });
}

/** One pass over all batches; how many there were. */
async function goForward<Batch>(
  module: { forward(input: Batch): unknown },
  batches: Batches<Batch>,
  called: Set<BatchNormInput>,
): Promise<number> {
  const source: unknown = typeof batches === 'function' ? batches() : batches;
  const iterable = iterates(source) ? iterateAsync<unknown>(source) : null;
  if (iterable === null) throw notBatches(source);
  let count = 0;
  for await (const batch of iterable) {
    called.clear();
    await module.forward((Array.isArray(batch) ? batch[0] : batch) as Batch);
    count++;
  }
  return count;
}

/** Further passes, until every layer that is called has had its inputs as in evaluation. */
async function layerByLayer(
  inputs: readonly BatchNormInput[],
  count: number,
  pass: () => Promise<number>,
): Promise<BatchNormInput[]> {
  const settled: BatchNormInput[] = [];
  let open = inputs.filter(({ moments }) => moments.count > 0);
  while (open.length > 0) {
    const first = open.filter(({ before }) => before.size === 0);
    // None where layers come before each other, in one batch this one, in another that one.
    const next = first.length > 0 ? first : open.slice(0, 1);
    for (const input of next) {
      input.settle();
      input.layer.training = false;
      settled.push(input);
    }
    open = open.filter((input) => !next.includes(input));
    if (open.length === 0) break;
    for (const input of open) input.clear();
    const again = await pass();
    if (again === count) continue;
    throw new ArgumentError(
      `${caller}: batches gave ${count} in the first pass and ${again} in another: with perLayer ` +
        'pass an array, or a function that gives them anew',
    );
  }
  return settled;
}

function refuseOneValue({ name, layer, moments }: BatchNormInput): void {
  if (moments.count !== 1) return;
  const Class = layer.constructor.name;
  throw new ShapeError(
    `${caller}: ${name === '' ? Class : `${name} (${Class})`}: Expected more than 1 value per ` +
      'channel when training, got one in all batches together',
  );
}

/** Puts the values back, unless the memory was taken away meanwhile. */
function restore({ data }: Tensor, before: Tensor): void {
  if (data.length === before.size) data.set(before.data);
}

function isTracking(module: Module): module is BatchNorm {
  return (
    module instanceof BatchNorm && module.trackRunningStats && module.numBatchesTracked !== null
  );
}

function checkArguments(module: unknown, batches: unknown): void {
  if (!(module instanceof Module)) {
    throw new ArgumentError(`${caller}: expected a Module, got ${nameOf(module)}`);
  }
  if (!('forward' in module) || typeof module.forward !== 'function') {
    throw new ArgumentError(`${caller}: ${module.constructor.name} has no forward: give it one`);
  }
  if (typeof batches !== 'function' && !iterates(batches)) throw notBatches(batches);
}

function iterates(value: unknown): value is AsyncIterable<unknown> {
  // A Tensor is one batch, whose rows it would give.
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function notBatches(value: unknown): ArgumentError {
  return new ArgumentError(
    `${caller}: expected batches to be an iterable or an async iterable of what forward takes, ` +
      `got ${nameOf(value)}`,
  );
}
