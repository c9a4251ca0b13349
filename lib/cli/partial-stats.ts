import type { Kind } from './inputs';
import { MomentTree } from './moment-tree';
import { type Part, rangeOf } from './part';

/** What tells one data set, read with one choice of options, from another. */
export interface Identity {
  readonly kind: Kind;
  readonly files: number;
  readonly leaves: number;
  readonly channels: number;
  readonly digest: string;
}

/** A file of which something could not be read. */
export interface Skipped {
  /** The first leaf that is missing. */
  readonly leaf: number;
  readonly file: string;
  readonly reason: string;
}

/** The moments of a part of a data set, as far as it has been read. */
export class PartialStats {
  readonly #skipped = new Map<string, Skipped>();

  constructor(
    readonly identity: Identity,
    readonly part: Part,
    readonly tree: MomentTree = new MomentTree(identity.channels),
    skipped: readonly Skipped[] = [],
  ) {
    for (const one of skipped) this.skip(one);
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
