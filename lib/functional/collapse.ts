import { ShapeError } from '../errors';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';

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

/** (N, C, ...) to (N, C, S), after a check of the rank. */
export function collapse(caller: Caller, input: Tensor): Collapsed {
  const { shape } = input;
  const rank = shape.length;
  if (caller.ranks === null ? rank < 2 : !caller.ranks.includes(rank)) {
    throw wrongRank(caller, shape);
  }
  let s = 1;
  for (let axis = 2; axis < rank; axis++) s *= shape[axis] as number;
  return {
    n: shape[0] as number,
    c: shape[1] as number,
    s,
    channelsLast: input.memoryFormat === 'channelsLast',
  };
}

function wrongRank(caller: Caller, shape: readonly number[]): ShapeError {
  const ranks = caller.ranks ?? [2];
  const accepted = ranks.map((rank) => `${rank}D`).join(' or ');
  const expected = caller.ranks === null ? `at least ${accepted}` : accepted;
  return new ShapeError(
    `${caller.name}: expected ${expected} input (got ${shape.length}D input): ` +
      `the shape should be ${ranks.map((rank) => axes[rank]).join(' or ')}` +
      `${caller.ranks === null ? ' or longer' : ''}, got ${formatShape(shape)}`,
  );
}
