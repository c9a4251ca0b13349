import type { StudyRecord } from '../../record';
import type { ChartName } from '../chart-name';
import { charts } from './charts';
import type { Size } from './size';

const record = JSON.parse(document.getElementById('record')?.textContent ?? '') as StudyRecord;
const places = document.querySelectorAll<HTMLElement>('[data-chart]');

/** On A4 with the margins of page.css: the charts over the text's width, and those over half of it. */
const paper = { wide: { width: 688, height: 250 }, half: { width: 330, height: 195 } };

function draw(place: HTMLElement, size: Size): void {
  const { chart, label } = place.dataset;
  const drawn = charts[chart as ChartName](record, size);
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', label ?? '');
  place.replaceChildren(drawn);
}

const drawnWidths = new WeakMap<Element, number>();

function drawForScreen(place: HTMLElement): void {
  const width = place.clientWidth;
  drawnWidths.set(place, width);
  const height = Math.round(Math.max(230, Math.min(360, 0.22 * width + 150)));
  if (width > 0) draw(place, { width, height });
}

/** At their size on paper, so that their texts keep theirs. */
function drawForPaper(place: HTMLElement): void {
  draw(place, place.closest('.wide') === null ? paper.half : paper.wide);
}

// It also tells of each place's first width.
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.clientWidth !== drawnWidths.get(target)) drawForScreen(target as HTMLElement);
  }
});
for (const place of places) observer.observe(place);
addEventListener('beforeprint', () => places.forEach(drawForPaper));
addEventListener('afterprint', () => places.forEach(drawForScreen));
