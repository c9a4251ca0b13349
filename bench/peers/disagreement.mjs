// Of the largest value: room for a hundred roundings, where any other formula is off by far more.
const tolerances = { float32: 100 * 2 ** -24, float64: 100 * 2 ** -53 };

/** How two arrays differ, null where they agree. */
export function disagreement(actual, expected, dtype) {
  if (actual?.length !== expected.length) {
    return `${actual?.length ?? 'no'} values instead of ${expected.length}`;
  }
  const tolerance = tolerances[dtype] * Math.max(...expected.map(Math.abs));
  const agrees = (value, i) => Number.isFinite(value) && Math.abs(value - expected[i]) <= tolerance;
  const at = actual.findIndex((value, i) => !agrees(value, i));
  return at < 0 ? null : `${actual[at]} instead of ${expected[at]} at ${at}`;
}
