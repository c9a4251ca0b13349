import { ArrayFile, type FileArray, type FileDType } from '../formats/array-file';
import { RunningMoments } from '../index';
import { CommandError, oneLine } from './command-error';
import type { Dataset } from './dataset';
import { digestOf } from './digest';
import type { InputFile, Kind } from './inputs';
import { type Axes, axesOf } from './layout';
import { concatenate, type Slice, Slices } from './slices';

/** A file whose header could be read. */
interface Entry {
  readonly file: InputFile;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly axes: Axes;
  readonly slices: Slices;
}

/** One that could not: its only leaf is that error. */
interface Unreadable {
  readonly file: InputFile;
  readonly error: unknown;
}

type Section = { readonly first: number; readonly leaves: number } & (Entry | Unreadable);

/** A data set of .npy or IDX files, in slices. */
export class Arrays implements Dataset {
  readonly atOnce = 1; // slices of one file are read one after the other
  readonly leaves: number;
  readonly channels: number;
  readonly #sections: readonly Section[];
  #current: { section: Section; array: ArrayFile } | null = null;

  private constructor(
    readonly kind: Kind,
    sections: readonly Section[],
    channels: number,
  ) {
    this.#sections = sections;
    this.channels = channels;
    this.leaves = sections.reduce((leaves, section) => leaves + section.leaves, 0);
  }

  /** The first file that can be read decides how many channels the others should have. */
  static async open(
    kind: Kind,
    files: readonly InputFile[],
    layout: string | null,
  ): Promise<Arrays> {
    const sections: Section[] = [];
    let channels: number | null = null;
    let first = 0;
    for (const file of files) {
      const opened = await open(file, layout, kind === 'idx', channels);
      const leaves = 'slices' in opened ? opened.slices.count : 1;
      if ('slices' in opened) channels ??= opened.axes.c;
      sections.push({ first, leaves, ...opened });
      first += leaves;
    }
    return new Arrays(kind, sections, channels ?? 1);
  }

  get files(): number {
    return this.#sections.length;
  }

  get unit(): Axes['unit'] {
    return this.#entries[0]?.axes.unit ?? 'values';
  }

  itemsOf(leaf: number): number {
    const section = this.#sectionOf(leaf);
    if (!('slices' in section)) return 0;
    const { n, c, s, items } = section.axes;
    const slice = section.slices.at(leaf - section.first);
    return (slice.n * c * slice.s * items) / (n * c * s);
  }

  fileOf(leaf: number): string {
    return this.#sectionOf(leaf).file.name;
  }

  digest(): string {
    const facts = this.#sections.map((section) =>
      'slices' in section
        ? `${section.dtype} ${section.axes.layout} ${section.shape.join()}`
        : 'unreadable',
    );
    return digestOf(
      this.#sections.map(({ file }) => file),
      facts,
    );
  }

  async read(leaf: number): Promise<RunningMoments> {
    const section = this.#sectionOf(leaf);
    if (!('slices' in section)) throw section.error;
    const slice = section.slices.at(leaf - section.first);
    const array = await this.#arrayOf(section);
    const parts: FileArray[] = [];
    for (const { first, count } of slice.ranges) parts.push(await array.read(first, count));
    return momentsOf(concatenate(parts), slice, this.channels);
  }

  async close(): Promise<void> {
    await this.#current?.array.close();
    this.#current = null;
  }

  get #entries(): readonly Entry[] {
    return this.#sections.filter((section) => 'slices' in section);
  }

  #sectionOf(leaf: number): Section {
    let low = 0;
    let high = this.#sections.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#sections[middle] as Section).first <= leaf) low = middle;
      else high = middle - 1;
    }
    return this.#sections[low] as Section;
  }

  async #arrayOf(section: Section & Entry): Promise<ArrayFile> {
    if (this.#current?.section === section) return this.#current.array;
    await this.close();
    const array = await ArrayFile.open(section.file.path);
    this.#current = { section, array };
    if (array.dtype === section.dtype && array.shape.join() === section.shape.join()) return array;
    await this.close();
    throw new CommandError('has changed since it was opened first');
  }
}

async function open(
  file: InputFile,
  layout: string | null,
  isIdx: boolean,
  channels: number | null,
): Promise<Entry | Unreadable> {
  let array: ArrayFile;
  try {
    array = await ArrayFile.open(file.path);
  } catch (error) {
    return { file, error };
  }
  await array.close();
  const { dtype, shape } = array;
  if (array.size === 0) return { file, error: new CommandError('has no values') };
  const axes = axesFor(file, shape, layout, isIdx);
  if (channels !== null && axes.c !== channels) {
    return {
      file,
      error: new CommandError(`has ${axes.c} channels, the first file has ${channels}`),
    };
  }
  return { file, dtype, shape, axes, slices: new Slices(axes) };
}

/** A layout that does not fit is the user's to put right before anything is read. */
function axesFor(
  { path }: InputFile,
  shape: readonly number[],
  layout: string | null,
  isIdx: boolean,
): Axes {
  try {
    return axesOf(shape, layout, isIdx);
  } catch (error) {
    throw new CommandError(`${path} ${oneLine(error)}`);
  }
}

function momentsOf(data: FileArray, { n, s }: Slice, channels: number): RunningMoments {
  const scale = data instanceof Uint8Array ? 1 / 255 : 1;
  return new RunningMoments(channels).update({ data, shape: [n, channels, s] }, { scale });
}
