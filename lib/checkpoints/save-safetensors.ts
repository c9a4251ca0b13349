import { ArgumentError } from '../errors';
import { writeAtomically } from '../formats/atomic-file';
import { isUnicode } from '../formats/json-text';
import { longestHeader } from '../formats/safetensors-header';
import { quoted } from '../formats/shorten';
import { safetensorsOrder, writeSafetensorsHeader } from '../formats/write-safetensors-header';
import { Module } from '../modules';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { checkPath } from './path';
import { type SaveableTensor, type Written, writtenFrom } from './written';

export interface SaveSafetensorsOptions {
  /** Text by name, for whoever reads the file: `{ format: 'pt' }` is what some programs ask for. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** Tensors by key; counters also as number or bigint, which become a single int64. */
export type SaveableStateDict = Readonly<Record<string, SaveableTensor | number | bigint>>;

/**
 * Writes tensors into a safetensors file, as Python's safetensors writes them: a state dict, or
 * what else has a name. Under its name the file appears once it is whole and on the disk; until
 * then, and where writing fails, what was there stays. Channels-last tensors are written in
 * logical (N, C, ...) order.
 *
 * The format: https://github.com/huggingface/safetensors#format
 *
 * @param path Where to; an existing file is replaced and keeps its mode.
 * @throws ArgumentError, DTypeError or ShapeError for what cannot be saved, before a file is opened;
 * FileError where it cannot be written, its `code` being the system's ('ENOSPC', ...).
 *
 * @example
 * ```ts
 * saveSafetensors('model.safetensors', net.stateDict(), { metadata: { epoch: '3' } });
 * net.loadStateDict(loadSafetensors('model.safetensors'));
 * ```
 */
export function saveSafetensors(
  path: string | URL,
  stateDict: SaveableStateDict,
  options: SaveSafetensorsOptions = {},
): void {
  const caller = 'saveSafetensors';
  const name = checkPath(caller, path);
  checkOptions(caller, options, ['metadata']);
  const metadata = checkMetadata(options.metadata);
  refuseModule(stateDict);
  const tensors = entriesOf(stateDict, 'the state dict')
    .map(([key, value]) => ({ key, ...read(key, value) }))
    .sort(safetensorsOrder);
  const header = writeSafetensorsHeader(tensors, metadata);
  if (header.length - 8 > longestHeader) {
    throw new ArgumentError(`${caller}: keys, shapes and metadata take more than 100 MB`);
  }
  writeAtomically(name, chunks(header, tensors));
}

function* chunks(header: Uint8Array, tensors: readonly Written[]): Iterable<Uint8Array> {
  yield header;
  for (const tensor of tensors) yield* tensor.bytes();
}

function read(key: string, value: unknown): Written {
  if (key === '__metadata__') {
    throw new ArgumentError('saveSafetensors: the format keeps the key __metadata__ for itself');
  }
  checkUnicode(key);
  const name = quoted(key);
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return writtenFrom(value as SaveableTensor, name, 'saveSafetensors');
  }
  const isInt64 =
    typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
  if (isInt64) {
    const data = BigInt64Array.of(BigInt(value));
    return writtenFrom({ data, shape: [] }, name, 'saveSafetensors');
  }
  throw new ArgumentError(
    `saveSafetensors: ${name} should be a tensor or an integer of 64 bits, got ${nameOf(value)}; ` +
      'tensor(x) makes a tensor of any number',
  );
}

function checkMetadata(metadata: unknown): Readonly<Record<string, string>> | undefined {
  if (metadata === undefined) return undefined;
  const entries = entriesOf(metadata, 'metadata').map(([key, value]): [string, string] => {
    if (typeof value !== 'string') {
      throw new ArgumentError(
        `saveSafetensors: metadata ${quoted(key)} should be a string, got ${nameOf(value)}`,
      );
    }
    checkUnicode(key);
    checkUnicode(value);
    return [key, value];
  });
  return Object.fromEntries(entries);
}

/** Its fields are no state dict. */
function refuseModule(value: unknown): void {
  if (!(value instanceof Module)) return;
  const { name } = value.constructor;
  throw new ArgumentError(
    `saveSafetensors: the state dict should be a plain object, got a ${name}: pass its stateDict()`,
  );
}

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (nameOf(value) === 'Object') return Object.entries(value as object);
  throw new ArgumentError(
    `saveSafetensors: ${what} should be a plain object, got ${nameOf(value)}`,
  );
}

function checkUnicode(text: string): void {
  if (isUnicode(text)) return;
  throw new ArgumentError(`saveSafetensors: ${quoted(text)} has half a surrogate pair in it`);
}
