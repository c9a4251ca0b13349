import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';
import { type ArrayHeader, checkLength } from './array-header';
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

/** The header of an array, by its name, without reading the array. */
export function readNpzHeader(file: InputFile, name: string): ArrayHeader {
  const [member] = membersOf(file, { names: new Set([name]), prefix: '' });
  return aboutMember(member as ZipMember, takeHeader);
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
  return aboutMember(member, () => {
    takeHeader(member);
    return readNpy(member.open(), member.size);
  });
}

/** Tells whether a member has the size of its array, before all of it is unpacked. */
function takeHeader(member: ZipMember): ArrayHeader {
  if (!member.name.endsWith(suffix)) {
    throw new FormatError('is no .npy: numpy.savez writes nothing else');
  }
  const header = takeNpyHeader(member.start());
  checkLength(header, member.size);
  return header;
}

/** What `read` makes of a member, which errors name. */
function aboutMember<T>(member: ZipMember, read: (member: ZipMember) => T): T {
  try {
    return read(member);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { message, cause } = error;
    throw new MemberError(`member ${quoted(member.name)}: ${message}`, { cause });
  }
}
