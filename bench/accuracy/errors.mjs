/** Results that a table takes together. */
export const groups = {
  output: ['output'],
  gradients: ['gradInput', 'gradWeight', 'gradBias'],
  'running statistics': ['runningMean', 'runningVar'],
};

/**
 * The largest error of an entrant over rows and results, in ulps: Infinity if something was not finite,
 * null if it has none of them.
 */
export function worst(rows, entrant, results) {
  const errors = rows.flatMap(({ answers }) =>
    results.map((name) => answers[entrant]?.errors?.[name]).filter((error) => error !== undefined),
  );
  return errors.length === 0 ? null : Math.max(...errors.map(asNumber));
}

/** An error as the report has it, in which what JSON cannot say is text. */
export function asNumber(error) {
  return typeof error === 'number' ? error : Number.POSITIVE_INFINITY;
}

/** Below it an error is lost in the last digit that float32 has. */
const oneUlp = 1;

/** How another library's error compares with ours: 'better', 'as good', or undefined if it is larger. */
export function compared(theirs, ours) {
  if (theirs < 0.9 * ours && ours > oneUlp) return 'better';
  return theirs <= Math.max(1.1 * ours, oneUlp) ? 'as good' : undefined;
}
