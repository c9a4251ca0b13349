import { ShapeError } from '../errors';
import { formatShape } from '../tensor/shape';
import type { Caller } from './caller';
import type { Described } from './described';

/** An input of any rank as the kernels see it; `s` is the product of the spatial sizes. */
export interface Collapsed {
  readonly n: number;
  readonly c: number;
  readonly s: number;
  readonly channelsLast: boolean;
}

const axes: Readonly<Record<number, string>> = {
  2: '(N, C)',
  3: '(N, C, L)',
  4: '(N, C, H, W)',
  5: '(N, C, D, H, W)',
};

/**
 * (N, C, ...) to (N, C, S), after a check of the rank; (C, ...), which is in logical order, to
 * (1, C, S).
 */
export function collapse(
  caller: Caller,
  input: Pick<Described, 'shape' | 'memoryFormat'>,
): Collapsed {
  const { shape } = input;
  const rank = shape.length;
  if (caller.ranks === null ? rank < 2 : !caller.ranks.includes(rank)) {
    throw wrongRank(caller, shape);
  }
  const channelDim = rank === caller.unbatchedRank ? 0 : 1;
  let s = 1;
  for (let axis = channelDim + 1; axis < rank; axis++) s *= shape[axis] as number;
  return {
    n: channelDim === 0 ? 1 : (shape[0] as number),
    c: shape[channelDim] as number,
    s,
    channelsLast: channelDim === 1 && input.memoryFormat === 'channelsLast',
  };
}

function wrongRank(caller: Caller, shape: readonly number[]): ShapeError {
  const { name, ranks } = caller;
  const got = `got ${formatShape(shape)}`;
  if (ranks === null) {
    return new ShapeError(
      `${name}: Expected at least 2 dimensions for input tensor but received ${shape.length}: ` +
        `the shape should be (N, C) or longer, ${got}`,
    );
  }
  return new ShapeError(
    `${name}: expected ${ranks.map((rank) => `${rank}D`).join(' or ')} input ` +
      `(got ${shape.length}D input): the shape should be ` +
      `${ranks.map((rank) => axesOf(caller, rank)).join(' or ')}, ${got}`,
  );
}

function axesOf(caller: Caller, rank: number): string | undefined {
  return rank === caller.unbatchedRank ? axes[rank + 1]?.replace('N, ', '') : axes[rank];
}
