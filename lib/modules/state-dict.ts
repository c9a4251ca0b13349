import { types } from 'node:util';
import { ArgumentError, BatchNormError, ShapeError, StateDictError } from '../errors';
import { checkBoolean, checkOptions } from '../options';
import type { IntegerArray } from '../tensor/integer-tensor';
import { memoryGone, requireMemory } from '../tensor/memory';
import { nameOf } from '../tensor/name-of';
import { formatShape, sameShape } from '../tensor/shape';
import { isTensor, Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import type { Counter } from './counter';
import { quote } from './quote';
import { type AbsentEntry, type Comparison, hintsFor, lossHints } from './state-dict-hints';

/** What a module gives: tensors that share its memory, and counters. */
export type StateDict = Record<string, Tensor | number>;

/** What a module takes: tensors or what stands for one; counters also as number or bigint. */
export type StateDictLike = Readonly<Record<string, StateValue>>;

/** A counter may be a tensor of one integer, as PyTorch's own is. */
export type StateValue = TensorLike | number | bigint | { readonly data: IntegerArray };

export interface LoadStateDictOptions {
  /** Whether missing and unexpected keys are an error; true unless told. */
  strict?: boolean | undefined;
  /**
   * What the module's keys begin with in the dict, with its dot: `'backbone.'`. Other keys are
   * another module's, and passed over; where none begins so, all of the module's are missing. `''`
   * unless told.
   */
  prefix?: string | undefined;
}

/** Keys as the dict has them, or should have them: with the prefix. */
export interface LoadStateDictResult {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/**
 * One entry of a module's state. A counter may be missing, as in PyTorch's version 1. What is
 * dropped is neither given nor loaded, nor unexpected where a dict has it.
 */
export type StateEntry =
  | { readonly key: string; readonly tensor: Tensor }
  | { readonly key: string; readonly counter: Counter }
  | UnsizedEntry
  | { readonly key: string; readonly dropped: true };

/** A tensor of a lazy layer, by the name that the layer has for it. */
interface UnsizedEntry {
  readonly key: string;
  readonly unsized: Unsized;
  readonly name: string;
}

/** A lazy layer, one object for all its entries: the dict says how many channels it has. */
export interface Unsized {
  /** Makes the tensors, and changes nothing in the layer. */
  sized(numFeatures: number): Sized;
}

export interface Sized {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Gives them to the layer, which is lazy no more. */
  take(): void;
}

/** The state by key, in tensors of its own that share the memory of those in `entries`. */
export function giveState(moduleName: string, entries: readonly StateEntry[]): StateDict {
  checkKeys(moduleName, entries);
  const values: [string, Tensor | number][] = [];
  for (const entry of entries) {
    if ('counter' in entry) values.push([entry.key, entry.counter.value]);
    if (!('tensor' in entry)) continue;
    const { data, size, shape, memoryFormat } = entry.tensor;
    requireMemory(moduleName, entry.key, data, size);
    values.push([entry.key, new Tensor(data, shape, memoryFormat)]);
  }
  return Object.fromEntries(values);
}

/**
 * Copies `dict` into `entries`, or throws one error for all that does not fit and copies nothing.
 *
 * @param absent - what the layers would have with other options, for errors and warnings
 */
export function loadState(
  moduleName: string,
  entries: readonly StateEntry[],
  dict: StateDictLike,
  options: LoadStateDictOptions,
  absent: () => readonly AbsentEntry[] = () => [],
): LoadStateDictResult {
  checkOptions(moduleName, options, ['strict', 'prefix']);
  const { strict = true, prefix = '' } = options;
  checkBoolean(moduleName, 'strict', strict);
  checkPrefix(moduleName, prefix);
  checkKeys(moduleName, entries);
  const values = readDict(moduleName, dict, prefix);
  const isPrefixOfNone = values.size === 0;
  const missingKeys: string[] = [];
  const problems: string[] = [];
  const copies: Copy[] = [];
  const sized = new Map<Unsized, Sized>();
  for (const own of entries) {
    const entry = { ...own, key: prefix + own.key };
    const value = values.get(entry.key);
    values.delete(entry.key);
    if ('dropped' in entry) continue;
    if (value !== undefined) {
      const copy = prepare(entry, value, sized);
      if (typeof copy === 'string') problems.push(copy);
      else copies.push(copy);
    } else if (!('counter' in entry)) {
      missingKeys.push(entry.key);
    }
  }
  const unexpectedKeys = [...values.keys()];
  if (strict) problems.unshift(...wrongKeys('state_dict', missingKeys, unexpectedKeys));
  if (missingKeys.length > 0 && copies.length === 0) {
    const own = entries.map(({ key }) => key);
    if (lacksDot(prefix, own, dict)) {
      problems.push(
        `prefix ${nameOf(prefix)} lacks its dot: ${nameOf(`${prefix}.`)} has such keys.`,
      );
    } else if (strict && isPrefixOfNone && prefix !== '') {
      problems.push(`No key begins with the prefix ${nameOf(prefix)}; ${someKeys(dict)}`);
    }
  }
  const hints = (give: (comparison: Comparison) => string[]) =>
    missingKeys.length + unexpectedKeys.length === 0
      ? []
      : give({
          prefix,
          missing: missingKeys,
          unexpected: unexpectedKeys,
          keys: Object.keys(dict),
          hasNone: copies.length === 0,
          absent: absent().map((entry) => ({ ...entry, key: prefix + entry.key })),
        });
  if (strict) problems.push(...hints(hintsFor));
  // Last, since reading the values may run a caller's code, which may take memory away.
  for (const copy of copies) problems.push(...lostMemory(copy));
  if (problems.length > 0) {
    throw new StateDictError(
      `Error(s) in loading state_dict for ${moduleName}:\n\t${problems.join('\n\t')}`,
    );
  }
  for (const copy of copies) {
    if ('target' in copy) copy.target.data.set(copy.source.data);
    else copy.counter.value = copy.value;
  }
  for (const layer of sized.values()) layer.take();
  if (!strict) warn(moduleName, hints(lossHints));
  return { missingKeys, unexpectedKeys };
}

/** Who passes over keys may not look at which: trained values are not left out in silence. */
function warn(moduleName: string, losses: readonly string[]): void {
  if (losses.length === 0) return;
  process.emitWarning(
    `${moduleName}: loadStateDict with strict: false left out what the dict has: ${losses.join(' ')}`,
    { type: 'StateDictWarning', code: 'BATCHNORM_STATE_DICT' },
  );
}

function checkPrefix(moduleName: string, prefix: unknown): void {
  if (typeof prefix === 'string') return;
  throw new ArgumentError(`${moduleName}: prefix should be a string, got ${nameOf(prefix)}`);
}

/** Whether keys of the module are there under the prefix and a dot. */
function lacksDot(prefix: string, keys: readonly string[], dict: object): boolean {
  if (prefix === '' || prefix.endsWith('.')) return false;
  return keys.some((key) => Object.hasOwn(dict, `${prefix}.${key}`));
}

function someKeys(dict: object): string {
  const keys = Object.keys(dict);
  if (keys.length === 0) return 'the dict is empty.';
  return `keys are ${quote(keys.slice(0, 3))}${keys.length > 3 ? ', ...' : '.'}`;
}

/** What errors say of keys that a dict, which they call `dict`, lacks or should not have. */
export function wrongKeys(
  dict: string,
  missing: readonly string[],
  unexpected: readonly string[],
): string[] {
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`Missing key(s) in ${dict}: ${quote(missing)}.`);
  if (unexpected.length > 0) problems.push(`Unexpected key(s) in ${dict}: ${quote(unexpected)}.`);
  return problems;
}

/** Refuses two entries of one key. */
export function checkKeys(moduleName: string, entries: readonly StateEntry[]): void {
  const seen = new Set<string>();
  for (const { key } of entries) {
    if (seen.has(key)) {
      throw new ArgumentError(
        `${moduleName}: two entries of the state are called '${key}': rename a field`,
      );
    }
    seen.add(key);
  }
}

type Copy =
  | { readonly key: string; readonly target: Tensor; readonly source: Tensor }
  | { readonly counter: Counter; readonly value: number };

/** The entries of a dict whose keys begin so, each value read once. */
export function readDict(moduleName: string, dict: unknown, prefix: string): Map<string, unknown> {
  const got = notADict(dict);
  if (got !== null) {
    throw new ArgumentError(
      `${moduleName}: expected state_dict to be an object of tensors by key, got ${got}`,
    );
  }
  return new Map(Object.entries(dict as object).filter(([key]) => key.startsWith(prefix)));
}

/** What a value is that is no state dict, and what to do with it; null for one that may be one. */
function notADict(value: unknown): string | null {
  if (typeof value === 'string') return `${nameOf(value)}: loadSafetensors reads a file`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return nameOf(value);
  if (value instanceof Map) return 'a Map (convert it with Object.fromEntries)';
  if (types.isPromise(value)) return 'a Promise: await it';
  if (isTensor(value)) return 'a Tensor';
  const { stateDict } = value as { stateDict?: unknown };
  return typeof stateDict === 'function' ? 'a module: pass its stateDict()' : null;
}

/** What is to be copied, or why it cannot be. */
function prepare(
  entry: Exclude<StateEntry, { dropped: true }>,
  value: unknown,
  sized: Map<Unsized, Sized>,
): Copy | string {
  try {
    if ('counter' in entry) return { counter: entry.counter, value: readCounter(value) };
    const source = asTensor(value as TensorLike, entry.key);
    const { key } = entry;
    const target = 'tensor' in entry ? entry.tensor : sizedTensor(entry, source, sized);
    if (sameShape(source.shape, target.shape)) {
      return { key, target, source: source.to({ memoryFormat: target.memoryFormat }) };
    }
    return (
      `size mismatch for ${key}: copying a param with shape ${formatShape(source.shape)} ` +
      `from checkpoint, the shape in current model is ${formatShape(target.shape)}.`
    );
  } catch (error) {
    if (!(error instanceof BatchNormError)) throw error;
    return `While copying the parameter named "${entry.key}": ${error.message}`;
  }
}

/** The tensor of a lazy layer, to which the first one that the dict has gives its size. */
export function sizedTensor(
  { unsized, name }: UnsizedEntry,
  { shape }: Tensor,
  sized: Map<Unsized, Sized>,
): Tensor {
  const layer = sized.get(unsized) ?? unsized.sized(channelsOf(shape));
  sized.set(unsized, layer);
  return layer.tensors.get(name) as Tensor;
}

function channelsOf(shape: readonly number[]): number {
  const [channels] = shape;
  if (channels !== undefined && channels > 0 && shape.length === 1) return channels;
  throw new ShapeError(`expected one value per channel, got shape ${formatShape(shape)}`);
}

function readCounter(value: unknown): number {
  const element = oneElement(value);
  const count = typeof element === 'bigint' ? Number(element) : element;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new ArgumentError(
    `expected a non-negative safe integer or a tensor of one, got ${nameOf(element)}`,
  );
}

/** The number itself, or a tensor's only element; int64 tensors are read here alone. */
function oneElement(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { data } = value as { data?: ArrayLike<unknown> };
  if (ArrayBuffer.isView(data) && data.length === 1) return data[0];
  return asTensor(value as TensorLike, 'num_batches_tracked').item();
}

function lostMemory(copy: Copy): string[] {
  if (!('target' in copy)) return [];
  const { key, target, source } = copy;
  return [target, source]
    .filter(({ data, size }) => data.length !== size)
    .map(({ data, size }) => memoryGone(key, data, size));
}
