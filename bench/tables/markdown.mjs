/** A table in Markdown, below a heading; what is marked is bold. */
export function markdown({ title, text, columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, column) => (column === 0 ? '---' : '---:'));
  const lines = [columns, rule, ...rows.map((row) => row.map(marked))].map(line);
  return `### ${title}\n\n${text}\n\n${lines.join('\n')}\n`;
}

function marked(cell) {
  return typeof cell === 'string' ? cell : `**${cell.text} ${cell.mark}**`;
}
