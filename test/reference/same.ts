import type { FloatArray } from 'batchnorm';

/** Demands the same numbers in the same places, telling 0 from -0; one NaN is as another. */
export function expectSame(actual: FloatArray, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  const at = actual.findIndex((value, i) => !Object.is(value, expected[i]));
  if (at < 0) return;
  expect({ index: at, value: actual[at] }).toEqual({ index: at, value: expected[at] });
}
