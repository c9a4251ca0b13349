import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';
import { checkLength } from './array-header';
import { FormatError } from './format-error';
import type { InputFile } from './input';
import { takeNpyHeader } from './npy';
import { readNpy } from './read-npy';
import { quoted, shorten } from './shorten';
import { readZipDirectory } from './zip-directory';
import { MemberError, readZip, type ZipMember } from './zip-member';

const suffix = '.npy';

/** Which arrays of a .npz file are asked for. */
export interface NpzArrays {
  /** Null for all. */
  readonly names: ReadonlySet<string> | null;
  /** What their names begin with. */
  readonly prefix: string;
}

/** The names of all arrays, in the order of the file's directory, whether they can be read or not. */
export function npzNames(file: InputFile): string[] {
  return readZipDirectory(file).entries.map(({ name }) => nameIn(name));
}

/**
 * The arrays that are asked for, by name. What is wrong with others does not matter.
 *
 * @throws FormatError where one is not there, damaged, or none that `readNpy` reads
 */
export function readNpz(file: InputFile, arrays: NpzArrays): [string, Tensor | IntegerTensor][] {
  return membersOf(file, arrays).map((member) => [nameIn(member.name), readMember(member)]);
}

function membersOf(file: InputFile, { names, prefix }: NpzArrays): ZipMember[] {
  const there = new Set<string>();
  const members = readZip(file, (member) => {
    const name = nameIn(member);
    there.add(name);
    return (names?.has(name) ?? true) && name.startsWith(prefix);
  });
  const missing = [...(names ?? [])].filter((name) => !there.has(name));
  if (missing.length === 0) return members;
  throw new FormatError(
    `has no array ${missing.map(quoted).join(', ')}; it has ${shorten([...there].join(', ')) || 'none'}`,
  );
}

function nameIn(member: string): string {
  return member.endsWith(suffix) ? member.slice(0, -suffix.length) : member;
}

function readMember(member: ZipMember): Tensor | IntegerTensor {
  try {
    if (!member.name.endsWith(suffix)) {
      throw new FormatError('is no .npy: numpy.savez writes nothing else');
    }
    // Whether its size is that of its array, before all of it is unpacked.
    checkLength(takeNpyHeader(member.start()), member.size);
    return readNpy(member.open(), member.size);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { message, cause } = error;
    throw new MemberError(`member ${quoted(member.name)}: ${message}`, { cause });
  }
}
