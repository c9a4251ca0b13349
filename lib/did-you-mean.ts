/**
 * `name` without what naming conventions differ in: `track_running_stats` as `trackRunningStats`.
 *
 * @internal
 */
export function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * The one of `names` that differs from `name` in its convention alone, or else in a letter or two.
 *
 * @internal
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const folded = fold(name);
  const same = names.find((candidate) => fold(candidate) === folded);
  if (same !== undefined || name.length > maxLength) return same;
  let [best, least]: [string | undefined, number] = [undefined, Math.ceil(folded.length / 3)];
  for (const candidate of names) {
    const distance = edits(folded, fold(candidate));
    if (distance < Math.min(least, maxEdits + 1)) [best, least] = [candidate, distance];
  }
  return best;
}

const maxEdits = 2;
// Nobody mistypes as much, and the time is that of the lengths multiplied.
const maxLength = 40;

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}

/**
 * What an error says of a value that means one of a few names in another convention or library.
 *
 * @param meanings Each name with what else means it, folded.
 *
 * @internal
 */
export function meantValue(
  value: unknown,
  meanings: Readonly<Record<string, readonly string[]>>,
): string {
  if (typeof value !== 'string') return '';
  const folded = fold(value.replace(/^(torch|np|numpy|tf|jnp)\./, ''));
  const found = Object.entries(meanings).find(
    ([name, others]) => fold(name) === folded || others.includes(folded),
  );
  return found === undefined ? '' : `: did you mean '${found[0]}'?`;
}
