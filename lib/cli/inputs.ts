import { stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { CommandError, oneLine } from './command-error';
import { type Exclude, excluding } from './exclude';
import { type Kind, kindByContent, kindByName, knownNames } from './input-kind';
import { onlyMember, splitMember } from './npz-member';
import { isOfSystem, PassedOver } from './passed-over';
import { walk } from './walk';

export interface InputFile {
  /** Where it is. */
  readonly path: string;
  /** What it is called below the folder that holds all files, with slashes: the same elsewhere. */
  readonly name: string;
  /** Which array of a .npz file it is; null of other files. */
  readonly member: string | null;
}

export interface Inputs {
  readonly kind: Kind;
  /** In the order of their names. */
  readonly files: readonly InputFile[];
  /** What folders and globs have besides. */
  readonly passedOver: PassedOver;
}

/** What to look for. */
export interface Search {
  /** Files, folders and globs. */
  readonly args: readonly string[];
  /** Files and folders, which are no globs whatever they are called. */
  readonly listed?: readonly string[];
  /** Globs of what to leave out. */
  readonly exclude?: readonly string[];
  /** Which array of .npz files to take; null for the only one. */
  readonly member?: string | null;
}

/**
 * The files that the arguments name: files themselves, whatever they are called; of folders and
 * globs those whose names say that they are images, .npy, .npz or IDX files.
 */
export async function findInputs(search: Search): Promise<Inputs> {
  const { args, listed = [], exclude = [], member = null } = search;
  const finder = new Finder(excluding(exclude), member);
  for (const arg of args) await finder.add(arg, true);
  for (const path of listed) if (!isOfSystem(path)) await finder.add(path, false);
  return finder.inputs();
}

/** A file with its absolute path. */
interface Found {
  readonly path: string;
  readonly kind: Kind;
  readonly member: string | null;
}

class Finder {
  readonly #isExcluded: Exclude;
  readonly #member: string | null;
  readonly #found = new Map<string, Found>();
  readonly #passedOver = new PassedOver();
  #excluded = 0;

  constructor(isExcluded: Exclude, member: string | null) {
    this.#isExcluded = isExcluded;
    this.#member = member;
  }

  async add(arg: string, isGlob: boolean): Promise<void> {
    const found = await stat(arg).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw new CommandError(`cannot read ${arg}: ${oneLine(error)}`);
    });
    if (found?.isDirectory()) return this.#addKnown(arg, await filesBelow(arg), arg);
    // What comes from a pipe can be read once only, and its kind is read before its values.
    if (found?.isFile() === false) {
      throw new CommandError(`${arg} is no file but a pipe or a device`);
    }
    if (found !== null) return this.#addFile(arg);
    const ofMember = splitMember(arg);
    if (ofMember !== null) return this.#addFile(...ofMember);
    if (!isGlob || !isDynamicPattern(arg)) throw new CommandError(`no such file or folder: ${arg}`);
    this.#addKnown(arg, await glob(arg.split(sep).join('/')), '.');
  }

  inputs(): Inputs {
    const found = [...this.#found.values()];
    if (found.length === 0) {
      throw new CommandError(`--exclude leaves none of ${this.#excluded} files`);
    }
    const kind = onlyKind(found);
    if (kind !== 'npz' && this.#member !== null) {
      throw new CommandError('--member is for .npz files');
    }
    return { kind, files: named(found), passedOver: this.#passedOver };
  }

  async #addFile(path: string, member = this.#member): Promise<void> {
    if (this.#leavesOut(path, '.')) return;
    this.#add(path, kindByName(path) ?? (await kindByContent(path)), member);
  }

  #add(path: string, kind: Kind, member = this.#member): void {
    const taken = kind === 'npz' ? (member ?? onlyMember(path)) : null;
    const found = { path: resolve(path), kind, member: taken };
    this.#found.set(taken === null ? found.path : `${found.path}\0${taken}`, found);
  }

  #addKnown(arg: string, paths: readonly string[], from: string): void {
    const passedOver = new PassedOver();
    let known = 0;
    for (const path of paths) {
      if (isOfSystem(path)) continue;
      const kind = kindByName(path);
      if (kind !== null) known++;
      if (this.#leavesOut(path, from)) continue;
      if (kind === null) for (const some of [passedOver, this.#passedOver]) some.add(path);
      else this.#add(path, kind);
    }
    if (known > 0) return;
    const besides = passedOver.total === 0 ? '' : `, but ${passedOver}`;
    throw new CommandError(`${arg} has no ${knownNames}${besides}`);
  }

  #leavesOut(path: string, from: string): boolean {
    const isOut = this.#isExcluded(path, relative(from, path));
    if (isOut) this.#excluded++;
    return isOut;
  }
}

function filesBelow(folder: string): Promise<string[]> {
  return walk(folder).catch((error) => {
    throw new CommandError(`cannot read the folder ${folder}: ${oneLine(error)}`);
  });
}

function onlyKind(found: readonly Found[]): Kind {
  const kinds = new Map(found.map(({ path, kind }) => [kind, path]));
  const [[kind, first], other] = [...kinds] as [[Kind, string], [Kind, string]?];
  if (other === undefined) return kind;
  throw new CommandError(
    `files of one kind make a data set: ${first} and ${other[1]} are of two kinds, ` +
      'whose values have different units; --exclude leaves files out',
  );
}

function named(found: readonly Found[]): InputFile[] {
  const folder = commonFolder(found.map(({ path }) => path));
  return found
    .map(({ path, member }) => {
      const name = relative(folder, path).split(sep).join('/');
      return { path, name: member ? `${name}:${member}` : name, member };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] as string);
  for (const path of paths) {
    while (!isWithin(folder, path) && folder !== dirname(folder)) folder = dirname(folder);
  }
  return folder;
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
