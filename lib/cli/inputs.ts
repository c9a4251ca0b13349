import { stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { CommandError, oneLine } from './command-error';
import { type Exclude, excluding } from './exclude';
import { type Kind, kindByContent, kindByName, knownNames } from './file-kind';
import { isOfSystem, PassedOver } from './passed-over';
import { walk } from './walk';

export interface InputFile {
  /** Where it is. */
  readonly path: string;
  /** What it is called below the folder that holds all files, with slashes: the same elsewhere. */
  readonly name: string;
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
}

/**
 * The files that the arguments name: files themselves, whatever they are called; of folders and
 * globs those whose names say that they are images, .npy, .npz or IDX files.
 */
export async function findInputs({ args, listed = [], exclude = [] }: Search): Promise<Inputs> {
  const finder = new Finder(excluding(exclude));
  for (const arg of args) await finder.add(arg, true);
  for (const path of listed) if (!isOfSystem(path)) await finder.add(path, false);
  return finder.inputs();
}

class Finder {
  readonly #isExcluded: Exclude;
  readonly #kinds = new Map<string, Kind>();
  readonly #passedOver = new PassedOver();
  #excluded = 0;

  constructor(isExcluded: Exclude) {
    this.#isExcluded = isExcluded;
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
    if (!isGlob || !isDynamicPattern(arg)) throw new CommandError(`no such file or folder: ${arg}`);
    this.#addKnown(arg, await glob(arg.split(sep).join('/')), '.');
  }

  inputs(): Inputs {
    if (this.#kinds.size === 0) {
      throw new CommandError(`--exclude leaves none of ${this.#excluded} files`);
    }
    return {
      kind: onlyKind(this.#kinds),
      files: named([...this.#kinds.keys()]),
      passedOver: this.#passedOver,
    };
  }

  async #addFile(path: string): Promise<void> {
    if (this.#leavesOut(path, '.')) return;
    this.#kinds.set(resolve(path), kindByName(path) ?? (await kindByContent(path)));
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
      else this.#kinds.set(resolve(path), kind);
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

function onlyKind(paths: ReadonlyMap<string, Kind>): Kind {
  const kinds = new Map([...paths].map(([path, kind]) => [kind, path]));
  const [[kind, first], other] = [...kinds] as [[Kind, string], [Kind, string]?];
  if (other === undefined) return kind;
  throw new CommandError(
    `files of one kind make a data set: ${first} and ${other[1]} are of two kinds, ` +
      'whose values have different units; --exclude leaves files out',
  );
}

function named(paths: readonly string[]): InputFile[] {
  const folder = commonFolder(paths);
  return paths
    .map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }))
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
