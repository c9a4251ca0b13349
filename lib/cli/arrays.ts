import { ArrayFile, type FileArray } from '../formats/array-file';
import type { ElementType } from '../formats/element-type';
import { RunningMoments } from '../index';
import { CommandError, oneLine } from './command-error';
import type { Dataset, Leaf } from './dataset';
import { digestOf } from './digest';
import { finiteOnly, firstNonfinite, hasFinite } from './finite';
import type { Kind } from './input-kind';
import type { InputFile } from './inputs';
import { type Axes, axesOf } from './layout';
import { concatenate, type Slice, Slices } from './slices';

/** A file whose header could be read. */
interface Entry {
  readonly file: InputFile;
  readonly type: ElementType;
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
  readonly #skipsNonfinite: boolean;
  #current: { section: Section; array: ArrayFile } | null = null;

  private constructor(
    readonly kind: Kind,
    sections: readonly Section[],
    channels: number,
    skipsNonfinite: boolean,
  ) {
    this.#sections = sections;
    this.#skipsNonfinite = skipsNonfinite;
    this.channels = channels;
    this.leaves = sections.reduce((leaves, section) => leaves + section.leaves, 0);
  }

  /**
   * Reads the headers of all files, which should have as many channels as each other. Places with
   * NaN or an infinity are left out where `skipsNonfinite` says so, else their slice is an error.
   */
  static async open(
    kind: Kind,
    files: readonly InputFile[],
    layout: string | null,
    skipsNonfinite: boolean,
  ): Promise<Arrays> {
    const sections: Section[] = [];
    let first = 0;
    for (const file of files) {
      const opened = await open(file, layout, kind === 'idx');
      const leaves = 'slices' in opened ? opened.slices.count : 1;
      sections.push({ first, leaves, ...opened });
      first += leaves;
    }
    return new Arrays(kind, sections, channelsOf(sections), skipsNonfinite);
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
        ? `${section.type} ${section.axes.layout} ${section.shape.join()}`
        : 'unreadable',
    );
    return digestOf(
      this.#sections.map(({ file }) => file),
      this.#skipsNonfinite ? [...facts, 'without NaN and infinities'] : facts,
    );
  }

  async read(leaf: number): Promise<Leaf> {
    const section = this.#sectionOf(leaf);
    if (!('slices' in section)) throw section.error;
    const slice = section.slices.at(leaf - section.first);
    const array = await this.#arrayOf(section);
    const parts: FileArray[] = [];
    for (const { first, count } of slice.ranges) parts.push(await array.read(first, count));
    return this.#leafOf(concatenate(parts), slice, section);
  }

  async close(): Promise<void> {
    await this.#current?.array.close();
    this.#current = null;
  }

  #leafOf(data: FileArray, slice: Slice, { type, shape, slices }: Entry): Leaf {
    const { channels } = this;
    const moments = momentsOf(data, slice, channels, type);
    if (hasFinite(moments)) return { moments };
    if (!this.#skipsNonfinite) {
      const found = firstNonfinite(data, slice, shape);
      const rest =
        slices.count > 1
          ? `, left out with the ${slice.n * slice.s} values a channel around it`
          : '';
      throw new CommandError(
        `holds ${found}${rest}: --skip-nonfinite leaves such values out alone`,
      );
    }
    const { data: finite, count } = finiteOnly(data, slice, channels);
    return {
      moments: momentsOf(finite, { n: 1, s: count }, channels, type),
      nonfinite: slice.n * slice.s - count,
    };
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
    const array = await ArrayFile.open(section.file.path, section.file.member);
    this.#current = { section, array };
    if (array.type === section.type && array.shape.join() === section.shape.join()) return array;
    await this.close();
    throw new CommandError('has changed since it was opened first');
  }
}

async function open(
  file: InputFile,
  layout: string | null,
  isIdx: boolean,
): Promise<Entry | Unreadable> {
  let array: ArrayFile;
  try {
    array = await ArrayFile.open(file.path, file.member);
  } catch (error) {
    return { file, error };
  }
  await array.close();
  const { type, shape } = array;
  if (array.size === 0) return { file, error: new CommandError('has no values') };
  const axes = axesFor(file, shape, layout, isIdx);
  return { file, type, shape, axes, slices: new Slices(axes) };
}

/** How many channels all files have that can be read. */
function channelsOf(sections: readonly Section[]): number {
  const names = new Map<number, string[]>();
  for (const section of sections) {
    if (!('slices' in section)) continue;
    const { c } = section.axes;
    names.set(c, [...(names.get(c) ?? []), section.file.name]);
  }
  if (names.size <= 1) return [...names.keys()][0] ?? 1;
  const groups = [...names].map(
    ([c, [name, ...more]]) =>
      `${c} in ${name}${more.length === 0 ? '' : ` and ${more.length} more`}`,
  );
  throw new CommandError(
    `the files have different numbers of channels, ${groups.join(', ')}: --exclude leaves files ` +
      'out, --layout says which axis has the channels',
  );
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

/** What integers count multiplied with, as those of images do; others, labels say, as they are. */
const scales: { readonly [T in ElementType]?: number } = { uint8: 1 / 255, uint16: 1 / 65535 };

function momentsOf(
  data: FileArray,
  { n, s }: Pick<Slice, 'n' | 's'>,
  channels: number,
  type: ElementType,
): RunningMoments {
  if (n * s === 0) return new RunningMoments(channels);
  const scale = scales[type] ?? 1;
  return new RunningMoments(channels).update({ data, shape: [n, channels, s] }, { scale });
}
