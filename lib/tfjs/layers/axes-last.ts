import { type Tensor, transpose } from '@tensorflow/tfjs-core';

/**
 * Calls `apply` with these axes, in ascending order, behind all others, and puts them back where they
 * were; the input is copied where they are not there already.
 */
export function withAxesLast(
  x: Tensor,
  axes: readonly number[],
  apply: (x: Tensor) => Tensor,
): Tensor {
  const all = x.shape.map((_, axis) => axis);
  const order = [
    ...all.filter((axis) => !axes.includes(axis)),
    ...all.filter((axis) => axes.includes(axis)),
  ];
  if (order.every((axis, index) => axis === index)) return apply(x);
  const back = all.map((axis) => order.indexOf(axis));
  return transpose(apply(transpose(x, order)), back);
}
