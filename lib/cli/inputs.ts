import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { isIdx } from '../formats/idx';
import { isNpy } from '../formats/npy';
import { CommandError, oneLine } from './command-error';
import { walk } from './walk';

export type Kind = 'images' | 'npy' | 'idx';

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
}

const imageName = /\.(jpe?g|png|webp|avif|tiff?)$/i;
const npyName = /\.npy(\.gz)?$/i;
/** Labels, of one axis, are no images. */
const idxName = /(idx[2-9]-ubyte|\.idx)(\.gz)?$/i;

/**
 * The files that the arguments name: files themselves, whatever they are called; of folders and
 * globs those whose names say that they are images, .npy or IDX files.
 */
export async function findInputs(args: readonly string[]): Promise<Inputs> {
  const paths = new Map<string, Kind>();
  for (const arg of args) {
    for (const [path, kind] of await filesOf(arg)) paths.set(resolve(path), kind);
  }
  return { kind: onlyKind(paths), files: named([...paths.keys()]) };
}

async function filesOf(arg: string): Promise<[string, Kind][]> {
  const found = await stat(arg).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CommandError(`cannot read ${arg}: ${oneLine(error)}`);
  });
  if (found?.isDirectory()) return known(arg, await filesBelow(arg));
  // What comes from a pipe can be read once only, and its kind is read before its values.
  if (found?.isFile() === false) throw new CommandError(`${arg} is no file but a pipe or a device`);
  if (found !== null) return [[arg, kindByName(arg) ?? (await kindByContent(arg))]];
  if (isDynamicPattern(arg)) return known(arg, await glob(arg.split(sep).join('/')));
  throw new CommandError(`no such file or folder: ${arg}`);
}

function filesBelow(folder: string): Promise<string[]> {
  return walk(folder).catch((error) => {
    throw new CommandError(`cannot read the folder ${folder}: ${oneLine(error)}`);
  });
}

function known(arg: string, files: readonly string[]): [string, Kind][] {
  const ofKinds = files.flatMap((file): [string, Kind][] => {
    const kind = kindByName(file);
    return kind === null ? [] : [[file, kind]];
  });
  if (ofKinds.length > 0) return ofKinds;
  throw new CommandError(
    `${arg} has no images (.jpg, .jpeg, .png, .webp, .avif, .tif, .tiff), no .npy and no IDX files ` +
      '(...-idx3-ubyte, .idx)',
  );
}

function kindByName(path: string): Kind | null {
  if (imageName.test(path)) return 'images';
  if (npyName.test(path)) return 'npy';
  return idxName.test(path) ? 'idx' : null;
}

/** What is neither is left to sharp, which knows more kinds of images than their names tell. */
async function kindByContent(path: string): Promise<Kind> {
  const file: FileHandle | null = await open(path).catch(() => null);
  const start = Buffer.alloc(8);
  await file?.read(start, 0, start.length, 0).catch(() => {});
  await file?.close();
  if (isNpy(start)) return 'npy';
  return isIdx(start) || start.readUInt16BE() === 0x1f8b ? 'idx' : 'images';
}

function onlyKind(paths: ReadonlyMap<string, Kind>): Kind {
  const kinds = new Map([...paths].map(([path, kind]) => [kind, path]));
  const [[kind, first], other] = [...kinds] as [[Kind, string], [Kind, string]?];
  if (other === undefined) return kind;
  throw new CommandError(
    `files of one kind make a data set: ${first} and ${other[1]} are of two kinds, ` +
      'whose values have different units',
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
