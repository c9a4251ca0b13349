import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apart } from '../../../lib/study/report/browser/apart';
import { wholeTicks } from '../../../lib/study/report/browser/even-ticks';
import { logTicks } from '../../../lib/study/report/browser/log-axis';
import { duration, milliseconds, moment, number } from '../../../lib/study/report/format';
import { html, json } from '../../../lib/study/report/html';
import { renderReport } from './render';
import { syntheticRecord } from './synthetic-record';

const root = join(__dirname, '../../..');
const words = (text: string) => text.split(/\s+/).filter(Boolean).join(' ');
const licenceOf = (name: string) => {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((other) => /^licen[cs]e/i.test(other)) ?? 'LICENSE';
  return words(readFileSync(join(folder, file), 'utf8'));
};

describe('the packages in the page', () => {
  const page = renderReport(syntheticRecord());
  const comment = page.match(/<script>\/\*!\n([\s\S]*?)\*\//)?.[1] ?? '';
  const names = [...comment.matchAll(/^(?:@?[\w/-]+ \d[\d.]+(?:, |:$))+/gm)].flatMap(([line]) =>
    [...line.matchAll(/(@?[\w/-]+) \d/g)].map(([, name]) => name ?? ''),
  );

  test('are named in it', () => {
    expect(names).toEqual(expect.arrayContaining(['@observablehq/plot', 'd3-scale', 'isoformat']));
  });

  test('have their licences in it, and in the notices', () => {
    const places = [
      words(comment),
      words(readFileSync(join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8')),
    ];
    const missing = names.filter((name) => places.some((text) => !text.includes(licenceOf(name))));
    expect(missing).toEqual([]);
  });

  // The one whose whole is six times as large: only what the charts use of them is there.
  test('do not include all of D3', () => {
    expect(names).not.toContain('d3');
    expect(Buffer.byteLength(page)).toBeLessThan(400_000);
  });
});

test('the record is in the page, to be read again', () => {
  const page = renderReport(syntheticRecord());
  const text = page.match(/<script type="application\/json" id="record">(.*)<\/script>/)?.[1];
  expect(JSON.parse(text ?? '')).toEqual(syntheticRecord());
});

describe('html', () => {
  test('escapes what is put in, unless it is HTML', () => {
    const cell = (text: string) => html`<td>${text}</td>`;
    expect(html`<tr>${['<&>', '"\''].map(cell)}${7}</tr>`.text).toBe(
      '<tr><td>&lt;&amp;&gt;</td><td>&quot;&#39;</td>7</tr>',
    );
  });

  test('keeps the backslashes of what is put in', () => {
    expect(html`<p>${'\\n'}`.text).toBe('<p>\\n');
  });

  test('JSON has no tag in it', () => {
    const { text } = json({ a: '</script><!--' });
    expect(text).not.toContain('<');
    expect(JSON.parse(text)).toEqual({ a: '</script><!--' });
  });
});

test.each([
  [duration(41.25), '41.3 s'],
  [duration(59.99), '1 min 00 s'],
  [duration(245), '4 min 05 s'],
  [duration(3599.9), '1 h 00 min'],
  [duration(3725), '1 h 02 min'],
  [duration(Number.NaN), '–'],
  [number(Math.LN10), '2.303'],
  [number(-1.5e-7), '−1.5e−7'],
  [number(null), '–'],
  [milliseconds(0.5), '0.500 ms'],
  [moment('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04 UTC'],
  [moment('one day'), 'one day'],
])('%j is written %s', (text, expected) => expect(text).toBe(expected));

describe('labels that would overlap', () => {
  test('move apart about their middle, and keep their order', () => {
    expect(apart([100, 10, 104], 10)).toEqual([97, 10, 107]);
  });

  test('push those that they meet', () => {
    expect(apart([0, 1, 11], 10)).toEqual([-6, 4, 14]);
  });

  test('stay where they have room', () => expect(apart([30, 0, 15], 15)).toEqual([30, 0, 15]));
});

test.each<[[number, number], number[]]>([
  [
    [0.2, 2.5],
    [0.2, 0.3, 0.5, 1, 2],
  ],
  [
    [0.04, 60],
    [0.1, 1, 10],
  ],
  // Too narrow for more than one of 1, 2, 3 and 5.
  [
    [2.1, 2.56],
    [2.2, 2.4],
  ],
  [
    [1, 3],
    [1, 2, 3],
  ],
  [
    [1e-9, 1e9],
    [1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9],
  ],
])('a logarithmic axis over %j has ticks at %j', (domain, ticks) => {
  expect(logTicks(domain)).toEqual(ticks);
});

test.each<[last: number, room: number, ticks: number[]]>([
  [1, 10, [0, 1]],
  [3, 10, [0, 1, 2, 3]],
  [7, 4, [0, 2, 4, 6]],
  [1500, 10, [0, 250, 500, 750, 1000, 1250, 1500]],
  [1500, 5, [0, 500, 1000, 1500]],
  [50_000, 3, [0, 25_000, 50_000]],
  [50_000, 6, [0, 10_000, 20_000, 30_000, 40_000, 50_000]],
])('steps up to %d have at most %d whole numbers of ticks after 0', (last, room, ticks) => {
  expect(wholeTicks(last, room)).toEqual(ticks);
});
