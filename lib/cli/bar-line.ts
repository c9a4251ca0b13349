/** Characters of the bar itself. */
const [least, most] = [6, 40];

/**
 * A bar and the first of `texts` that there is room for beside it, in one column less than there
 * are: a character in the last one makes some terminals begin a new line.
 */
export function barLine(
  columns: number,
  progress: number,
  [full, empty]: readonly [full: string, empty: string],
  texts: readonly string[],
): string {
  const room = columns - 1 - 2; // a space on either side of the bar
  const text = texts.find((text) => text.length + least <= room) ?? (texts.at(-1) as string);
  const size = Math.max(0, Math.min(most, room - text.length));
  const done = Math.round(progress * size);
  return ` ${full.repeat(done)}${empty.repeat(size - done)} ${text}`.slice(0, columns - 1);
}
