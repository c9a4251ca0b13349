import { formatShape } from '../tensor/shape';

const orders: Readonly<Record<number, readonly [logical: string, inMemory: string]>> = {
  3: ['(N, C, L)', '(N, L, C)'],
  4: ['(N, C, H, W)', '(N, H, W, C)'],
  5: ['(N, C, D, H, W)', '(N, D, H, W, C)'],
};

/**
 * What an error adds where an input of other channels than it should have would have had them, had
 * they been counted along the last dimension.
 *
 * @param fits Whether a number of channels is one that the input should have.
 * @param unbatchedRank The rank at which the input has no batch dimension, if any.
 */
export function channelsHint(
  shape: readonly number[],
  fits: (channels: number) => boolean,
  unbatchedRank?: number,
): string {
  const isUnbatched = shape.length === unbatchedRank;
  const batched = isUnbatched ? [1, ...shape] : shape;
  const names = orders[batched.length];
  const last = batched.at(-1);
  if (names === undefined || last === undefined || !fits(last)) return '';
  const [logical, inMemory] = names;
  const [n = 0, ...rest] = batched;
  const meant = formatShape([n, last, ...rest.slice(0, -1)]);
  const order = isUnbatched ? inMemory.replace('N, ', '') : inMemory;
  return (
    `. Is it ${order}? A shape is always ${logical}: pass { data, shape: ${meant}, ` +
    `memoryFormat: 'channelsLast' }, which lies in memory as ${inMemory}`
  );
}
