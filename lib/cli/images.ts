import { readFile } from 'node:fs/promises';
import type Sharp from 'sharp';
import { RunningMoments } from '../index';
import { CommandError } from './command-error';
import type { Dataset } from './dataset';
import { type Channels, decode, type Pixels, readFormat } from './decode';
import { digestOf } from './digest';
import type { InputFile } from './inputs';

/** A data set of images, one a leaf. */
export class Images implements Dataset {
  readonly kind = 'images';
  readonly unit = 'images';
  readonly #sharp: typeof Sharp;
  readonly #files: readonly InputFile[];
  readonly #isConverted: boolean;

  private constructor(
    sharp: typeof Sharp,
    files: readonly InputFile[],
    readonly channels: Channels,
    isConverted: boolean,
    readonly atOnce: number,
  ) {
    this.#sharp = sharp;
    this.#files = files;
    this.#isConverted = isConverted;
  }

  /**
   * Without `channels` those of the first image that can be read; grey images among colour ones are
   * taken as colour ones, the other way round is an error of that image.
   */
  static async open(
    sharp: typeof Sharp,
    files: readonly InputFile[],
    channels: Channels | null,
    atOnce: number,
  ): Promise<Images> {
    const decided = channels ?? (await channelsOfFirst(sharp, files));
    return new Images(sharp, files, decided, channels !== null, atOnce);
  }

  get files(): number {
    return this.#files.length;
  }

  get leaves(): number {
    return this.#files.length;
  }

  itemsOf(): number {
    return 1;
  }

  fileOf(leaf: number): string {
    return (this.#files[leaf] as InputFile).name;
  }

  digest(): string {
    return digestOf(this.#files, [`channels ${this.channels}, converted ${this.#isConverted}`]);
  }

  async read(leaf: number): Promise<RunningMoments> {
    const image = await open(this.#sharp, this.#files[leaf] as InputFile);
    const format = await readFormat(image);
    if (format.channels > this.channels && !this.#isConverted) {
      throw new CommandError(
        'has colours, where the first image is grey: --channels 3 or --channels 1 takes both',
      );
    }
    return momentsOf(await decode(image, format, this.channels));
  }

  async close(): Promise<void> {}
}

/** Not by its path, in which sharp takes some characters for options. */
async function open(sharp: typeof Sharp, { path }: InputFile): Promise<Sharp.Sharp> {
  return sharp(await readFile(path));
}

async function channelsOfFirst(
  sharp: typeof Sharp,
  files: readonly InputFile[],
): Promise<Channels> {
  for (const file of files) {
    const format = await open(sharp, file)
      .then(readFormat)
      .catch(() => null);
    if (format !== null) return format.channels;
  }
  return 3;
}

function momentsOf(pixels: Pixels): RunningMoments {
  const { data, channels } = pixels;
  const moments = new RunningMoments(channels);
  if (data instanceof Uint8Array) return moments.update({ ...pixels, data }, { scale: 1 / 255 });
  // Whole numbers, which float32 holds.
  return moments.update({ ...pixels, data: Float32Array.from(data) }, { scale: 1 / 65535 });
}
