import { type Html, html } from './html';

/** A column of a figure's values. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
}

/** The values of a figure as a table, for those who cannot see it or want its figures. */
export function valuesTable<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  return html`<details>
    <summary>Values</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Values: ${title}">
      <table>
        <thead><tr>${columns.map((column) => html`<th scope="col">${column.title}</th>`)}</tr></thead>
        <tbody>
${rows.map((row) => html`<tr>${columns.map(({ text }) => html`<td>${text(row)}</td>`)}</tr>\n`)}</tbody>
      </table>
    </div>
  </details>`;
}
