/** A table as aligned text. */
export function terminal({ title, text, columns, rows }) {
  const lines = [columns, ...rows.map((row) => row.map(plainText))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const aligned = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]),
      )
      .join('  '),
  );
  return `${title}\n${text}\n\n${aligned.join('\n')}\n`;
}

function plainText(cell) {
  return typeof cell === 'string' ? cell : `${cell.text} ${cell.mark}`;
}
