import { ArgumentError } from '../errors';
import { checkFormat } from '../formats/check-format';
import { FormatError } from '../formats/format-error';
import type { InputFile } from '../formats/input';
import { type NpzArrays, readNpz } from '../formats/npz';
import { MemberError } from '../formats/zip-member';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { type Checkpoint, checkpointValue } from './checkpoint';
import { checkPrefix } from './safetensors-options';
import { checkSource, type FileOrBytes } from './source';

export interface LoadNpzOptions {
  /**
   * The arrays to read, all unless told. Others are passed over, and may be of any type: text,
   * objects, damaged ones.
   */
  names?: readonly string[] | undefined;
  /** What the names of the arrays to read begin with. */
  prefix?: string | undefined;
}

/**
 * Reads the arrays of a .npz file, packed or not, as `loadNpy` reads one; a single int64 is a number
 * where that is exact, for `loadStateDict` to take the state of a model that NumPy has saved.
 *
 * @param source The path of a file, or its bytes.
 * @returns The arrays by name, in the order of the file's directory.
 * @throws FormatError where the file is not a whole .npz file, lacks one of `names`, or one of these
 * arrays is damaged or none that `loadNpy` reads; FileError where it cannot be read, its `code`
 * being the system's.
 *
 * @example
 * ```ts
 * const { mean, std } = loadNpz('statistics.npz', { names: ['mean', 'std'] });
 * ```
 */
export function loadNpz(source: FileOrBytes, options: LoadNpzOptions = {}): Checkpoint {
  const caller = 'loadNpz';
  const checked = checkSource(caller, source);
  checkOptions(caller, options, ['names', 'prefix']);
  const { names, prefix } = options;
  const arrays = { names: checkNames(caller, names), prefix: checkPrefix(caller, prefix) };
  return checked.read((file) => {
    checkFormat(file, '.npz');
    return Object.fromEntries(
      read(file, arrays).map(([name, array]) => [name, checkpointValue(array)]),
    );
  });
}

function read(file: InputFile, arrays: NpzArrays): ReturnType<typeof readNpz> {
  try {
    return readNpz(file, arrays);
  } catch (error) {
    if (!(error instanceof MemberError)) throw error;
    const { message, cause } = error;
    const others = '; the options names and prefix read others alone';
    throw new FormatError(message + others, { cause });
  }
}

function checkNames(caller: string, names: unknown): ReadonlySet<string> | null {
  if (names === undefined) return null;
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (isList) return new Set(names);
  const got = Array.isArray(names) ? 'an array of others' : nameOf(names);
  throw new ArgumentError(`${caller}: names should be an array of strings, got ${got}`);
}
