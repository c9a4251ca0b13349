import { ArgumentError, BatchNormError, StateDictError } from '../errors';
import { checkEps } from '../functional/internal';
import { Module } from '../modules';
import { quote } from '../modules/quote';
import { readDict } from '../modules/state-dict';
import { checkOptions } from '../options';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type Foldable, type FoldedLayer, fold } from './fold';
import { conflicts, type FoldPair, type ReadPair, readPairs } from './pairs';

export interface FoldStateDictOptions {
  /** The eps of all BatchNorms, which no state dict holds; 1e-5 unless told, as PyTorch's. */
  eps?: number | undefined;
}

const caller = 'foldStateDict';

/**
 * A state dict in which each layer has the BatchNorm behind it folded in, as {@link foldBatchNorm}
 * folds it. The layer's bias is added right behind its weight where it was missing, the
 * BatchNorm's keys are gone; all else are the very same entries, in the same order.
 *
 * A state dict does not say which layers follow each other, what their eps is, and whether a
 * convolution is transposed: the pairs do. It does not say either whether there is an activation
 * between a layer and its BatchNorm: such a pair cannot be folded. BatchNorms may lack `weight` or
 * `bias` (1 and 0 then) and `num_batches_tracked`.
 *
 * @param dict Tensors by key, as `loadSafetensors` or a model gives them; it stays as it is.
 * @param pairs Names without the dot at their end, with what the dict does not say:
 * `['up1', 'bn1', { kind: 'convTranspose', groups: 2 }]`.
 * @throws StateDictError that lists all that does not fit: keys that are missing, or under the
 * BatchNorm's name are none of its own; names in more than one pair; tensors of other shapes or
 * dtypes. ArgumentError for a dict, pairs or options that are none.
 *
 * @example
 * ```ts
 * const dict = loadSafetensors('resnet18.safetensors');
 * saveSafetensors('folded.safetensors', fuse.foldStateDict(dict, [
 *   ['conv1', 'bn1'],
 *   ['layer1.0.conv1', 'layer1.0.bn1'],
 *   ['layer2.0.downsample.0', 'layer2.0.downsample.1'],
 * ]));
 * ```
 */
export function foldStateDict<Value>(
  dict: Readonly<Record<string, Value>>,
  pairs: readonly FoldPair[],
  options: FoldStateDictOptions = {},
): Record<string, Value | Tensor> {
  checkOptions(caller, options, ['eps']);
  const { eps = 1e-5 } = options;
  const wanted = readPairs(caller, pairs, checkEps(caller, eps));
  if ((dict as unknown) instanceof Module) {
    throw new ArgumentError(`${caller}: got a module: pass its stateDict()`);
  }
  const values = readDict(caller, dict, '');
  const problems = [...conflicts(wanted), ...keyProblems([...values.keys()], wanted)];
  const foldables = wanted.map((pair) => readFoldable(values, pair, problems));
  // Only now, since reading the values may run a caller's code, which may take memory away.
  const folded = wanted.map((pair, i) => foldPair(pair, foldables[i] ?? null, problems));
  if (problems.length > 0) {
    throw new StateDictError(
      `${caller}: Error(s) in folding state_dict:\n\t${problems.join('\n\t')}`,
    );
  }
  return replaced(values as Map<string, Value>, wanted, folded as FoldedLayer[]);
}

/** What a BatchNorm has in a state dict. */
const normKeys = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];

function keyProblems(keys: readonly string[], pairs: readonly ReadPair[]): string[] {
  const present = new Set(keys);
  const problems: string[] = [];
  const missing: string[] = [];
  const unexpected: string[] = [];
  for (const { layer, norm } of pairs) {
    const statistics = [`${norm}.running_mean`, `${norm}.running_var`];
    const hasStatistics = statistics.some((key) => present.has(key));
    if (!hasStatistics && present.has(`${layer}.running_mean`)) {
      problems.push(
        `"${layer}" is a BatchNorm and "${norm}" is none: a pair is [layer, BatchNorm].`,
      );
    } else if (!hasStatistics && present.has(`${norm}.weight`)) {
      problems.push(
        `"${norm}" has no running statistics, ${quote(statistics)}: it is a BatchNorm made with ` +
          'track_running_stats=False, or another layer, and cannot be folded.',
      );
    } else {
      missing.push(...statistics.filter((key) => !present.has(key)));
    }
    if (!present.has(`${layer}.weight`)) missing.push(`${layer}.weight`);
    const own = new Set(normKeys.map((name) => `${norm}.${name}`));
    unexpected.push(...keys.filter((key) => key.startsWith(`${norm}.`) && !own.has(key)));
  }
  if (missing.length > 0) {
    problems.push(`Missing key(s) in state_dict: ${quote(missing)}.${similar(keys, missing)}`);
  }
  if (unexpected.length > 0) {
    problems.push(`Unexpected key(s) in state_dict: ${quote(unexpected)}.`);
  }
  return problems;
}

/** The keys of which one of a layer that is not there is the end: its name lacks its beginning. */
function similar(keys: readonly string[], missing: readonly string[]): string {
  const lost = missing.filter((key) => {
    const layer = key.slice(0, key.lastIndexOf('.') + 1);
    return !keys.some((other) => other.startsWith(layer));
  });
  const found = keys.filter((key) => lost.some((name) => key.endsWith(`.${name}`)));
  if (found.length === 0) return '';
  return ` Names are whole: there is ${quote(found.slice(0, 3))}${found.length > 3 ? ', ...' : '.'}`;
}

/** The tensors of a pair; null where some are missing or none, for which there is a problem then. */
function readFoldable(
  values: ReadonlyMap<string, unknown>,
  pair: ReadPair,
  problems: string[],
): Foldable | null {
  const read = (key: string): Tensor | null => {
    if (!values.has(key)) return null;
    const value = values.get(key) as TensorLike;
    return orProblem(() => asTensor(value, key, nameOfPair(pair)), problems);
  };
  const [weight, bias] = [read(`${pair.layer}.weight`), read(`${pair.layer}.bias`)];
  const norm = {
    weight: read(`${pair.norm}.weight`),
    bias: read(`${pair.norm}.bias`),
    runningMean: read(`${pair.norm}.running_mean`),
    runningVar: read(`${pair.norm}.running_var`),
  };
  const { runningMean, runningVar } = norm;
  if (weight === null || runningMean === null || runningVar === null) return null;
  const { kind = null, groups, eps } = pair;
  return {
    weight,
    bias,
    kind: kind ?? (weight.ndim === 2 ? 'linear' : 'conv'),
    groups,
    norm: { ...norm, runningMean, runningVar, eps },
  };
}

function foldPair(
  pair: ReadPair,
  foldable: Foldable | null,
  problems: string[],
): FoldedLayer | null {
  if (foldable === null) return null;
  const called = {
    caller: nameOfPair(pair),
    layer: `${pair.layer}.`,
    norm: `${pair.norm}.`,
  };
  return orProblem(() => fold(called, foldable), problems);
}

/** What `make` gives, or null and one problem more. */
function orProblem<T>(make: () => T, problems: string[]): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof BatchNormError)) throw error;
    problems.push(error.message);
    return null;
  }
}

function nameOfPair({ layer, norm }: ReadPair): string {
  return `${layer}, ${norm}`;
}

function replaced<Value>(
  values: ReadonlyMap<string, Value>,
  pairs: readonly ReadPair[],
  folded: readonly FoldedLayer[],
): Record<string, Value | Tensor> {
  const gone = new Set(pairs.flatMap(({ norm }) => normKeys.map((name) => `${norm}.${name}`)));
  const instead = new Map<string, Tensor>();
  const biasBehind = new Map<string, string>();
  for (const [i, { layer }] of pairs.entries()) {
    const { weight, bias } = folded[i] as FoldedLayer;
    instead.set(`${layer}.weight`, weight).set(`${layer}.bias`, bias);
    if (!values.has(`${layer}.bias`)) biasBehind.set(`${layer}.weight`, `${layer}.bias`);
  }
  const entries: [string, Value | Tensor][] = [];
  for (const [key, value] of values) {
    if (gone.has(key)) continue;
    entries.push([key, instead.get(key) ?? value]);
    const bias = biasBehind.get(key);
    if (bias !== undefined) entries.push([bias, instead.get(bias) as Tensor]);
  }
  return Object.fromEntries(entries);
}
