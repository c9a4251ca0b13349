/** A cell is its text, or `{ text, mark }` with a word that says what to notice. */

/** A value and, in brackets, the most that it should be. */
export function atMost(value, goal, digits = 2) {
  return judged(value, goal, digits, value > goal);
}

/** A value and, in brackets, the least that it should be. */
export function atLeast(value, goal, digits = 2) {
  return judged(value, goal, digits, value < goal);
}

function judged(value, goal, digits, isMissed) {
  const text = value.toFixed(digits);
  if (goal === undefined) return text;
  const withGoal = `${text} (${goal})`;
  return isMissed ? { text: withGoal, mark: 'missed' } : withGoal;
}

/** Milliseconds, with three digits, in a unit that fits. */
export function duration(ms) {
  if (ms < 0.000_999_5) return `${(ms * 1e6).toPrecision(3)} ns`;
  if (ms < 0.999_5) return `${(ms * 1e3).toPrecision(3)} µs`;
  return ms < 999.5 ? `${ms.toPrecision(3)} ms` : `${(ms / 1e3).toPrecision(3)} s`;
}
