import type { Leaf } from './dataset';
import type { Kind } from './input-kind';
import { MomentTree } from './moment-tree';
import { type Part, rangeOf } from './part';

/** What tells one data set, read with one choice of options, from another. */
export interface Identity {
  readonly kind: Kind;
  readonly files: number;
  readonly leaves: number;
  /** Null for one or three, as the images turn out to have. */
  readonly channels: number | null;
  readonly digest: string;
}

/** A file of which something could not be read. */
export interface Skipped {
  /** The first leaf that is missing. */
  readonly leaf: number;
  readonly file: string;
  readonly reason: string;
}

/** What is counted besides values, for people to be told. */
export interface Tallies {
  /** Values of each channel that were left out for a NaN or an infinity. */
  readonly nonfinite: number;
  /** Files of which only the first page or frame counts. */
  readonly paged: number;
}

/** The moments of a part of a data set, as far as it has been read. */
export class PartialStats {
  readonly #skipped = new Map<string, Skipped>();
  #tallies: Tallies;

  constructor(
    readonly identity: Identity,
    readonly part: Part,
    readonly tree: MomentTree = new MomentTree(identity.channels ?? 1),
    skipped: readonly Skipped[] = [],
    tallies: Tallies = { nonfinite: 0, paged: 0 },
  ) {
    this.#tallies = tallies;
    for (const one of skipped) this.skip(one);
  }

  /** Takes in a leaf that is not there yet. */
  add(leaf: number, { moments, nonfinite = 0, isPaged = false }: Leaf): void {
    this.tree.add({ first: leaf, leaves: 1, moments });
    const { nonfinite: before, paged } = this.#tallies;
    this.#tallies = { nonfinite: before + nonfinite, paged: paged + Number(isPaged) };
  }

  get tallies(): Tallies {
    return this.#tallies;
  }

  /** Leaves of this part that have not been read. */
  *missing(): Generator<number> {
    const [begin, end] = this.range;
    for (let leaf = begin; leaf < end; leaf++) if (!this.tree.has(leaf)) yield leaf;
  }

  get isComplete(): boolean {
    const [begin, end] = this.range;
    return this.tree.leaves === end - begin;
  }

  get range(): [begin: number, end: number] {
    return rangeOf(this.part, this.identity.leaves);
  }

  /** Notes that a file is left out from a leaf on; returns whether it is the first of that file. */
  skip(skipped: Skipped): boolean {
    const known = this.#skipped.get(skipped.file);
    if (known === undefined || skipped.leaf < known.leaf) this.#skipped.set(skipped.file, skipped);
    return known === undefined;
  }

  /** In the order of the files. */
  get skipped(): readonly Skipped[] {
    return [...this.#skipped.values()].sort((a, b) => a.leaf - b.leaf);
  }
}
