import type { FloatArray, Tensor } from 'batchnorm';

/** The distance of `value` to its next neighbour in the element type of `data`. */
function ulp(value: number, data: FloatArray): number {
  const digits = data instanceof Float32Array ? 23 : 52;
  const smallest = data instanceof Float32Array ? -126 : -1022;
  const exponent = value === 0 ? smallest : Math.floor(Math.log2(Math.abs(value)));
  return 2 ** (Math.max(exponent, smallest) - digits);
}

/** How far `actual` is from `expected` at most, in ulps of the largest |expected| or of `scale`. */
export function ulpsOff(actual: FloatArray, expected: ArrayLike<number>, scale: number): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = scale;
  let off = 0;
  for (let i = 0; i < actual.length; i++) {
    const want = expected[i] as number;
    const got = actual[i] as number;
    largest = Math.max(largest, Math.abs(want));
    if (Number.isFinite(want) && Number.isFinite(got)) off = Math.max(off, Math.abs(got - want));
    else if (!Object.is(got, want)) return Number.POSITIVE_INFINITY;
  }
  return off / ulp(largest, actual);
}

/**
 * Demands that `actual`, in logical order, is within `ulps` of the largest |expected|. Where that
 * is the small difference of large numbers, `scale` is their size.
 */
export function expectWithinUlps(
  actual: Tensor | FloatArray,
  expected: ArrayLike<number>,
  ulps: number,
  scale = 0,
): void {
  const values = 'shape' in actual ? actual.to({ memoryFormat: 'contiguous' }).data : actual;
  expect(ulpsOff(values, expected, scale)).toBeLessThanOrEqual(ulps);
}
