/** Text of a file as errors show it: of any length, it becomes a line. */
export function shorten(text: string): string {
  const line = text.trim();
  return line.length > 80 ? `${line.slice(0, 80)}...` : line;
}

/** A shape in a file as errors show it: it may have many axes. */
export function shortShape(shape: readonly number[]): string {
  return `[${shorten(shape.join(', '))}]`;
}

/** A name in a file as errors show it, with quotes and without control characters. */
export function quoted(name: string): string {
  return JSON.stringify(shorten(name));
}
