/** Lines of a table: cells end below each other, those of a first column of text begin so. */
export function aligned(
  rows: readonly (readonly string[])[],
  firstColumn: 'text' | 'numbers',
): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    rows.reduce((width, row) => Math.max(width, cellOf(row, i).length), 0),
  );
  return rows.map((row) =>
    widths
      .map((width, i) => {
        const cell = cellOf(row, i);
        return i === 0 && firstColumn === 'text' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function cellOf(row: readonly string[], column: number): string {
  return row[column] as string;
}
