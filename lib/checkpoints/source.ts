import { types } from 'node:util';
import { ArgumentError } from '../errors';
import { type InputFile, readBytes, readFile } from '../formats/input';
import { nameOf } from '../tensor/name-of';
import { checkPath } from './path';

/** A file by its path, or the bytes of one: from a fetch, object storage, or a bundle. */
export type FileOrBytes = string | URL | Uint8Array | ArrayBuffer | SharedArrayBuffer;

/** What a loader reads. */
export interface Source {
  /** Null where there are only bytes. */
  readonly path: string | null;
  /**
   * @throws FormatError, which says what it is about, where `read` does; FileError where the system
   * refuses
   */
  read<T>(read: (file: InputFile) => T): T;
}

/** `source` as a loader was given it; `caller` is what errors begin with. */
export function checkSource(caller: string, source: unknown): Source {
  const bytes = bytesOf(caller, source);
  if (bytes !== null) return { path: null, read: (read) => readBytes(bytes, read) };
  if ((typeof source === 'string' || source instanceof URL) && !isAddress(source)) {
    const path = checkPath(caller, source);
    return { path, read: (read) => readFile(path, read) };
  }
  throw new ArgumentError(
    `${caller}: expected the path of a file or its bytes, as a string, URL, Uint8Array or ` +
      `ArrayBuffer, got ${nameOf(source)}${hint(source)}`,
  );
}

/** Null where it is something else. */
function bytesOf(caller: string, source: unknown): Uint8Array | null {
  if (types.isUint8Array(source)) return source;
  if (!types.isAnyArrayBuffer(source)) return null;
  try {
    return new Uint8Array(source);
  } catch (cause) {
    throw new ArgumentError(`${caller}: the memory of the ArrayBuffer is gone`, { cause });
  }
}

/** Of what another machine has; no file is called so. */
function isAddress(source: unknown): boolean {
  return /^(?:https?|s3|gs):\/\//i.test(String(source));
}

function hint(source: unknown): string {
  if (types.isPromise(source)) return ': await it first';
  if (typeof source === 'string' || source instanceof URL) {
    return ': pass the bytes there, await (await fetch(x)).arrayBuffer()';
  }
  if (ArrayBuffer.isView(source)) {
    return ': its bytes are new Uint8Array(x.buffer, x.byteOffset, x.byteLength)';
  }
  const reads = (source as { arrayBuffer?: unknown } | null | undefined)?.arrayBuffer;
  return typeof reads === 'function' ? ': pass its await x.arrayBuffer()' : '';
}
