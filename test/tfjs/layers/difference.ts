import { abs, max, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** The largest difference of two elements in the same place; NaN where one of them is NaN. */
export function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tidy(() => max(abs(sub(a, b))).dataSync()[0] as number);
}
