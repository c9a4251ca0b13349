import { checkLength } from '../formats/array-header';
import { checkFormat } from '../formats/check-format';
import { FormatError } from '../formats/format-error';
import { readFile } from '../formats/input';
import { takeNpyHeader } from '../formats/npy';
import { quoted } from '../formats/shorten';
import { readZip, type ZipMember } from '../formats/zip-member';
import { type Checkpoint, checkpointValue } from './checkpoint';
import { checkPath } from './path';
import { readNpy } from './read-npy';

const suffix = '.npy';

/**
 * Reads the arrays of a .npz file, packed or not, as `loadNpy` reads one; a single int64 is a number
 * where that is exact, for `loadStateDict` to take the state of a model that NumPy has saved.
 *
 * @returns The arrays by name, in the order of the file's directory.
 * @throws FormatError where the file is not a whole .npz file, or an array is damaged or none that
 * `loadNpy` reads; FileError where it cannot be read, its `code` being the system's.
 */
export function loadNpz(path: string | URL): Checkpoint {
  return readFile(checkPath('loadNpz', path), (file) => {
    checkFormat(file, '.npz');
    return Object.fromEntries(
      readZip(file).map((member) => [nameOf(member), checkpointValue(readMember(member))]),
    );
  });
}

function nameOf({ name }: ZipMember): string {
  if (name.endsWith(suffix)) return name.slice(0, -suffix.length);
  throw new FormatError(`member ${quoted(name)} is no .npy: numpy.savez writes nothing else`);
}

function readMember(member: ZipMember) {
  try {
    // Whether its size is that of its array, before all of it is unpacked.
    checkLength(takeNpyHeader(member.start()), member.size);
    return readNpy(member.open(), member.size);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { message, cause } = error;
    throw new FormatError(`member ${quoted(member.name)}: ${message}`, { cause });
  }
}
