import type { ChartName } from './chart-name';
import { type Html, html } from './html';

export interface Figure {
  readonly name: ChartName;
  readonly title: string;
  /** What the chart shows and how it is read. */
  readonly caption: string;
  /** Over both columns of the page. */
  readonly isWide?: boolean | undefined;
  /** False where nothing was recorded that could be drawn. */
  readonly hasValues: boolean;
  readonly values: Html;
}

/** A chart's place with its title, its caption and its values. */
export function figure({ name, title, caption, isWide, hasValues, values }: Figure): Html {
  const place = html`<div class="chart" data-chart="${name}" data-label="${title}" aria-describedby="${name}-caption"></div>`;
  return html`<figure id="${name}"${isWide ? html` class="wide"` : ''} aria-labelledby="${name}-title">
    <h3 id="${name}-title">${title}</h3>
    ${hasValues ? place : html`<p class="nothing">Nothing was recorded for this chart.</p>`}
    <figcaption id="${name}-caption">${caption}</figcaption>
    ${hasValues ? values : ''}
  </figure>\n`;
}
