import { RunningMoments } from '../index';

/** The moments of the leaves `first` to `first + leaves - 1`. */
export interface MomentNode {
  /** A multiple of `leaves`. */
  readonly first: number;
  /** A power of two. */
  readonly leaves: number;
  readonly moments: RunningMoments;
}

/**
 * Moments of numbered leaves that come in any order, joined in one order: two neighbours of `size`
 * leaves each, the first of which begins at a multiple of `2 * size`, become a node as soon as both
 * are there. So the nodes over a set of leaves, and the bits of `total()`, depend on the set alone:
 * neither on the order of `add` nor on how the leaves were split between trees. A contiguous range
 * of n leaves has O(log n) nodes.
 *
 * Leaves may have one channel, or several. Where both meet, the one counts as each of the others, as a
 * grey image does among colours.
 */
export class MomentTree {
  readonly #nodes = new Map<number, MomentNode>();

  /** @param channels - how many the whole has at least */
  constructor(readonly channels: number) {}

  /** Adds a leaf, or a node of another tree; it belongs to this tree from then on. */
  add(node: MomentNode): void {
    if (this.#overlaps(node)) {
      throw new RangeError(`leaves from ${node.first} on are in the tree already`);
    }
    let joined = node;
    for (;;) {
      const sibling = this.#siblingOf(joined);
      if (sibling === undefined) break;
      this.#nodes.delete(sibling.first);
      joined = sibling.first < joined.first ? join(sibling, joined) : join(joined, sibling);
    }
    this.#nodes.set(joined.first, joined);
  }

  /** Whether the leaf is in the tree. */
  has(leaf: number): boolean {
    for (let leaves = 1; leaves <= Number.MAX_SAFE_INTEGER; leaves *= 2) {
      const node = this.#nodes.get(leaf - (leaf % leaves));
      if (node !== undefined && node.first + node.leaves > leaf) return true;
      if (leaves > leaf) return false;
    }
    return false;
  }

  /** How many leaves are in the tree. */
  get leaves(): number {
    return [...this.#nodes.values()].reduce((sum, { leaves }) => sum + leaves, 0);
  }

  /** From the first leaf to the last. */
  get nodes(): MomentNode[] {
    return [...this.#nodes.values()].sort((a, b) => a.first - b.first);
  }

  /** The moments of all leaves. */
  total(): RunningMoments {
    return this.nodes.reduce(
      (total, { moments }) => merged(total, moments),
      new RunningMoments(this.channels),
    );
  }

  #overlaps({ first, leaves }: MomentNode): boolean {
    if (this.has(first)) return true;
    if (leaves === 1) return false;
    return this.nodes.some((node) => node.first > first && node.first < first + leaves);
  }

  #siblingOf({ first, leaves }: MomentNode): MomentNode | undefined {
    const isRight = first % (2 * leaves) !== 0;
    const sibling = this.#nodes.get(isRight ? first - leaves : first + leaves);
    return sibling?.leaves === leaves ? sibling : undefined;
  }
}

function join(left: MomentNode, right: MomentNode): MomentNode {
  return {
    first: left.first,
    leaves: 2 * left.leaves,
    moments: merged(left.moments, right.moments),
  };
}

/** Both, in the first of them where it has as many channels. */
function merged(left: RunningMoments, right: RunningMoments): RunningMoments {
  const channels = Math.max(left.channels, right.channels);
  return widened(left, channels).merge(widened(right, channels));
}

/** What one channel has seen, as if each of `channels` had. */
function widened(moments: RunningMoments, channels: number): RunningMoments {
  if (moments.channels !== 1 || channels === 1) return moments;
  const json = moments.toJSON();
  const [mean, m2, min, max] = ([json.mean, json.m2, json.min, json.max] as const).map((values) =>
    Array(channels).fill(values[0]),
  );
  return RunningMoments.fromJSON({ ...json, channels, mean, m2, min, max });
}
