import { types } from 'node:util';
import {
  ArgumentError,
  BatchNormError,
  DTypeError,
  ShapeError,
  StateDictError,
} from '../../errors';
import { coincides } from '../../functional/internal';
import type { FloatArray } from '../../tensor/dtype';
import { requireMemory } from '../../tensor/memory';
import { nameOf } from '../../tensor/name-of';
import { formatShape, sameShape } from '../../tensor/shape';
import { isShared } from '../../tensor/shared';
import type { Tensor } from '../../tensor/tensor';
import { asTensor, type ShapedData, type TensorLike } from '../../tensor/tensor-like';
import type { Counter } from '../counter';
import {
  checkKeys,
  type Sized,
  type StateEntry,
  sizedTensor,
  type Unsized,
  wrongKeys,
} from '../state-dict';
import { moveIntoShared } from './move';

/** A state in shared memory, by its keys. */
interface SharedState {
  readonly tensors: Readonly<Record<string, ShapedData>>;
  readonly counters: Readonly<Record<string, BigInt64Array>>;
}

/** Moves what is not shared yet into shared memory, or throws and moves nothing. */
export function shareState(moduleName: string, entries: readonly StateEntry[]): SharedState {
  checkKeys(moduleName, entries);
  const tensors: [string, Tensor][] = [];
  const counters: [string, Counter][] = [];
  for (const entry of entries) {
    if ('counter' in entry) counters.push([entry.key, entry.counter]);
    if (!('tensor' in entry)) continue;
    const { key, tensor } = entry;
    requireMemory(moduleName, key, tensor.data, tensor.size);
    if (!isShared(tensor.data) && isFrozen(tensor)) {
      throw new ArgumentError(`${moduleName}: ${frozen(key)}`);
    }
    tensors.push([key, tensor]);
  }
  // One array for each counter, which makes a new one each time as long as it is not shared.
  const counts = new Map(counters.map(([, counter]) => [counter, counter.memory]));
  const arrays = [...tensors.map(([, { data }]) => data), ...counts.values()];
  const moved = moveIntoShared(arrays.filter((array) => !isShared(array)));
  for (const [, tensor] of tensors) {
    // None where it was shared before, or is there under another key, too.
    const data = moved.get(tensor.data);
    if (data !== undefined) place(tensor, data);
  }
  for (const [counter, count] of counts) counter.memory = moved.get(count) ?? count;
  return {
    tensors: Object.fromEntries(
      tensors.map(([key, { data, shape, memoryFormat }]) => [key, { data, shape, memoryFormat }]),
    ),
    counters: Object.fromEntries(counters.map(([key, counter]) => [key, counter.memory])),
  };
}

/** Puts `entries` over shared memory, or throws one error for all that does not fit. */
export function attachState(
  caller: string,
  entries: readonly StateEntry[],
  state: ReadonlyMap<string, unknown>,
): void {
  checkKeys(caller, entries);
  const unexpected = new Set(state.keys());
  const missing: string[] = [];
  const problems: string[] = [];
  const refuse = (key: string, problem: string) => problems.push(`For "${key}": ${problem}`);
  const sized = new Map<Unsized, Sized>();
  const tensors = new Map<Tensor, FloatArray>();
  const counters = new Map<Counter, BigInt64Array>();
  for (const entry of entries) {
    if ('dropped' in entry) continue;
    const { key } = entry;
    if (!unexpected.delete(key)) {
      missing.push(key);
      continue;
    }
    try {
      if ('counter' in entry) attach(counters, entry.counter, readCount(state.get(key)));
      else {
        const source = readTensor(key, state.get(key));
        const target = 'tensor' in entry ? entry.tensor : sizedTensor(entry, source, sized);
        checkFit(source, target);
        attach(tensors, target, source.data);
      }
    } catch (error) {
      if (!(error instanceof BatchNormError)) throw error;
      refuse(key, error.message);
    }
  }
  // Last, since reading the handle may run a caller's code.
  for (const entry of entries) {
    if ('tensor' in entry && isFrozen(entry.tensor)) refuse(entry.key, frozen(entry.key));
  }
  problems.unshift(...wrongKeys('the handle', missing, [...unexpected]));
  if (problems.length > 0) {
    throw new StateDictError(
      `Error(s) in sharing the state of ${caller}:\n\t${problems.join('\n\t')}`,
    );
  }
  for (const [tensor, data] of tensors) place(tensor, data);
  for (const [counter, memory] of counters) counter.memory = memory;
  for (const layer of sized.values()) layer.take();
}

/** The tensor in shared memory that stands in a handle, over an array that nobody else has. */
function readTensor(key: string, value: unknown): Tensor {
  const { data, shape, memoryFormat } = asTensor(value as TensorLike, key);
  const { buffer, byteOffset, length } = data;
  const own = types.isFloat32Array(data)
    ? new Float32Array(buffer, byteOffset, length)
    : new Float64Array(buffer, byteOffset, length);
  requireShared(own);
  return asTensor({ data: own, shape, memoryFormat }, key);
}

function readCount(value: unknown): BigInt64Array {
  if (!types.isBigInt64Array(value) || value.length !== 1) {
    throw new ArgumentError(`expected a BigInt64Array of one count, got ${nameOf(value)}`);
  }
  requireShared(value);
  return value;
}

function requireShared(array: ArrayBufferView): void {
  if (isShared(array)) return;
  throw new ArgumentError(
    'its memory is not shared: send the handle by postMessage or workerData, which keep it so',
  );
}

function checkFit(source: Tensor, target: Tensor): void {
  if (!sameShape(source.shape, target.shape)) {
    throw new ShapeError(
      `size mismatch: the shared one has shape ${formatShape(source.shape)}, the shape in current ` +
        `model is ${formatShape(target.shape)}`,
    );
  }
  for (const property of ['dtype', 'memoryFormat'] as const) {
    if (source[property] === target[property]) continue;
    throw new DTypeError(
      `the shared one has ${property} ${source[property]}, that in current model ` +
        `${target[property]}: make both modules alike`,
    );
  }
}

/** Notes which memory a tensor or counter is to have. */
function attach<Target, Memory extends ArrayBufferView>(
  attached: Map<Target, Memory>,
  target: Target,
  memory: Memory,
): void {
  const other = attached.get(target);
  if (other !== undefined && !coincides(other, memory)) {
    throw new ArgumentError(
      'here it is tied to one before it, where the handle has memory of its own for it',
    );
  }
  attached.set(target, memory);
}

/** Whether it cannot be given other memory. */
function isFrozen(tensor: Tensor): boolean {
  return Object.getOwnPropertyDescriptor(tensor, 'data')?.writable !== true;
}

function frozen(key: string): string {
  return `${key} is frozen, so that it cannot be put into shared memory`;
}

function place(tensor: { data: FloatArray }, data: FloatArray): void {
  tensor.data = data;
}
