export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median of each round's own ratio, not the ratio of two medians: what slows a whole round, as
 * another guest of the machine does, is then in both times and cancels.
 */
export function medianRatio(times, base) {
  return median(times.map((time, round) => time / base[round]));
}

/** Of a list of records, one list for each name: `value` of each record's entry, null without one. */
export function byName(names, records, value) {
  const list = (name) => records.map((one) => (one[name] === undefined ? null : value(one[name])));
  return Object.fromEntries(names.map((name) => [name, list(name)]));
}
