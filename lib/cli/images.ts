import { readFile } from 'node:fs/promises';
import type Sharp from 'sharp';
import { RunningMoments } from '../index';
import type { Dataset, Leaf } from './dataset';
import { decode } from './decode';
import { digestOf } from './digest';
import { type Framing, factOf, frame } from './framing';
import type { InputFile } from './inputs';
import { type Channels, readFormat } from './pixel-format';

export interface ImagesOptions {
  /** What to convert all images to; null for what each of them has. */
  readonly channels: Channels | null;
  readonly framing: Framing;
  readonly atOnce: number;
}

/** A data set of images, one a leaf, each with the channels that it has unless they are converted. */
export class Images implements Dataset {
  readonly kind = 'images';
  readonly unit = 'images';
  readonly channels: Channels | null;
  readonly atOnce: number;
  readonly #sharp: typeof Sharp;
  readonly #files: readonly InputFile[];
  readonly #framing: Framing;

  constructor(
    sharp: typeof Sharp,
    files: readonly InputFile[],
    { channels, framing, atOnce }: ImagesOptions,
  ) {
    this.#sharp = sharp;
    this.#files = files;
    this.#framing = framing;
    this.channels = channels;
    this.atOnce = atOnce;
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
    const framed = factOf(this.#framing);
    const channels = `channels ${this.channels ?? 'of each'}`;
    return digestOf(this.#files, framed === null ? [channels] : [channels, framed]);
  }

  async read(leaf: number): Promise<Leaf> {
    // Not by its path, in which sharp takes some characters for options.
    const file = await readFile((this.#files[leaf] as InputFile).path);
    const image = this.#sharp(file);
    const format = await readFormat(image, file);
    const isTurned = factOf(this.#framing) !== null;
    const pixels = await decode(image, format, this.channels ?? format.channels, isTurned);
    const framed = await frame(this.#sharp, pixels, this.#framing);
    const moments = new RunningMoments(framed.channels).update(framed);
    return { moments, isPaged: format.isPaged };
  }

  async close(): Promise<void> {}
}
