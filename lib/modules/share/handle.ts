import { ArgumentError } from '../../errors';
import { nameOf } from '../../tensor/name-of';
import type { ShapedData } from '../../tensor/tensor-like';
import type { LayerNode } from './kinds';

/**
 * What `share()` gives, and `fromShared` and `useShared` take, in any thread of the process: plain
 * data over SharedArrayBuffers, for `postMessage` and `workerData`. Its fields are for this library
 * alone, and may change with the version.
 */
export interface SharedHandle {
  /** Of the handle's form. */
  readonly version: number;
  /** @internal */
  readonly kind: typeof kind;
  /** @internal The parameters and buffers, by their keys in the state. */
  readonly tensors: Readonly<Record<string, ShapedData>>;
  /** @internal */
  readonly counters: Readonly<Record<string, BigInt64Array>>;
  /** @internal The keys of the parameters that require no gradient. */
  readonly withoutGrad: readonly string[];
  /** @internal How to make the module again: each layer behind those inside it; or why not. */
  readonly layers: readonly LayerNode[] | string;
}

const kind = 'batchnorm shared module';
const version = 1;

export function makeHandle(parts: Omit<SharedHandle, 'version' | 'kind'>): SharedHandle {
  return { kind, version, ...parts };
}

/** What a handle holds, each property read once; its parts are not checked yet. */
export interface ReadHandle {
  readonly state: Map<string, unknown>;
  readonly layers: unknown;
  readonly withoutGrad: ReadonlySet<unknown>;
}

export function readHandle(caller: string, handle: unknown): ReadHandle {
  if (!isObject(handle)) throw notAHandle(caller, nameOf(handle));
  const { kind: named, version: found, tensors, counters, layers, withoutGrad } = handle;
  if (named !== kind) throw notAHandle(caller, 'another object');
  if (found !== version) {
    throw new ArgumentError(
      `${caller}: the handle is of version ${nameOf(found)}, but this thread's batchnorm reads ` +
        `version ${version}: use the same batchnorm in all threads`,
    );
  }
  if (!isObject(tensors) || !isObject(counters)) throw notAHandle(caller, 'a part of one');
  return {
    state: new Map([...Object.entries(tensors), ...Object.entries(counters)]),
    layers,
    withoutGrad: new Set(Array.isArray(withoutGrad) ? withoutGrad : []),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function notAHandle(caller: string, got: string): ArgumentError {
  return new ArgumentError(
    `${caller}: expected a handle that share() gave, as postMessage or workerData brought it, ` +
      `got ${got}`,
  );
}
