import type { Channels } from './channels';
import type { Computation } from './kernel';

export interface TileAttributes {
  /** Of the output: x has a value for each channel. */
  readonly channels: Channels;
  readonly shape: readonly number[];
}

// Elements that stay in the first level of the cache.
const cached = 4096;

/** Each value of x as all the values of a channel. */
export const tile: Computation<'x', never, 'y', TileAttributes> = {
  outputShapes(_, { shape }) {
    return { y: shape };
  },

  fill({ x }, { y }, { channels: { c, s } }) {
    const block = c * s;
    if (s === 1) y.set(x);
    else for (const [i, value] of x.entries()) y.fill(value, i * s, (i + 1) * s);
    // Many short copies cost more than long ones, and so do long ones that leave the cache.
    const longest = block * Math.ceil(cached / block);
    for (let filled = block; filled < y.length; ) {
      const count = Math.min(filled, longest, y.length - filled);
      y.copyWithin(filled, 0, count);
      filled += count;
    }
  },
};
