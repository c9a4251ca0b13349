/** Whether the curves have a point at `step`: 0, 1, 2, 5, 10, 20, 50, ... below `every`, then its multiples. */
export function isPoint(step: number, every: number): boolean {
  if (step % every === 0) return true;
  return step < every && isRound(step);
}

/** The first point after `step`, or the end where that is nearer. */
export function nextPoint(step: number, every: number, end: number): number {
  let next = step + 1;
  while (next < end && !isPoint(next, every)) next++;
  return Math.min(next, end);
}

/**
 * A pass over all training digits takes longer than one over the test digits: not at each point, but
 * at round ones, 1, 2, 5, 10, ..., where much changes in the beginning.
 */
export function hasStatistics(step: number, every: number): boolean {
  return step < every || isRound(step) || step % (5 * every) === 0;
}

/** A distance of the points that gives some 50 of them, or fewer. */
export function roundedInterval(steps: number): number {
  let interval = Math.max(1, Math.ceil(steps / 50));
  while (!isRound(interval)) interval++;
  return interval;
}

/** 1, 2, 5, 10, 20, 50, ... */
function isRound(value: number): boolean {
  return /^[125]0*$/.test(String(value));
}
