/** The distance of neighbouring float32 numbers at `value`, which is larger than 0. */
function ulpAt(value) {
  return 2 ** (Math.floor(Math.log2(value)) - 23);
}

/**
 * How far results are from the right ones at most, in ulps of the largest right one, or of `least` if
 * that is larger, since a mean may be 0; Infinity if one is not finite.
 *
 * @param {Float32Array} actual
 * @param {ArrayLike<number> | ((visit: (index: number, value: number) => void) => void)} expected
 */
export function ulpsOff(actual, expected, least) {
  let [largest, off] = [least, 0];
  const visit = (index, value) => {
    largest = Math.max(largest, Math.abs(value));
    const difference = Math.abs(actual[index] - value);
    off = difference <= off ? off : Number.isFinite(difference) ? difference : Infinity;
  };
  if (typeof expected === 'function') expected(visit);
  else for (let i = 0; i < expected.length; i++) visit(i, expected[i]);
  return off / ulpAt(largest);
}
