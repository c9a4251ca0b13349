import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';
import { bench } from './bench';
import { report } from './report';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-document-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the document of `of` to a folder of its own; gives what was printed, and what written. */
function write(of: object, name: string) {
  const file = join(folder, `${name}.json`);
  const docs = join(folder, name);
  writeFileSync(file, JSON.stringify(of));
  const { status, stdout, stderr } = bench('--from', file, '--write', '--docs', docs);
  if (status !== 0) throw new Error(stderr);
  const has = (file: string) => existsSync(join(docs, file));
  return { stdout, has, read: (file: string) => readFileSync(join(docs, file), 'utf8') };
}

/** A chart's elements, parsed as XML. */
function elements(svg: string): Element[] {
  const parser = new DOMParser({ onError: onErrorStopParsing });
  return [...parser.parseFromString(svg, 'image/svg+xml').getElementsByTagName('*')];
}

const textOf = (all: Element[]) =>
  all.filter(({ tagName }) => tagName === 'text').map(({ textContent }) => textContent);

const points = (all: Element[]) =>
  all
    .filter((one) => one.getAttribute('aria-roledescription') === 'point')
    .map((one) => one.getAttribute('aria-label'));

describe('of a whole report', () => {
  const whole = write(report, 'whole');
  const lines = whole.read('benchmarks.md').split('\n');

  test('benchmarks.md says on what the figures were taken, and when', () => {
    expect(lines).toContain('- batchnorm 1.2.3, AVX2; Node.js v20.17.0; Linux 6 x64');
    expect(lines).toContain('- A & B <processor>, 2 cores, L2 1 KB, 8 GB');
    expect(lines).toContain('- taken on 2020-02-03');
  });

  test('it has each row, and marks goals that are missed and peers that are faster', () => {
    for (const line of [
      '| (8, 4) | 1.50 | 7.0 | 0.99 (1.1) | 1.50 (1.5) | **9.25 (2.6) missed** |',
      '| (8, 4, 2, 2) channels last float64 relu + residual | 2.00 | 8.0 | 1.23 | 2.34 | 3.45 |',
      '| GroupNorm(2) (8, 4, 2, 2) contiguous | 2.00 | 8.0 | 1.25 (1.5) | **2.90 (2.8) missed** |',
      '| (1, 2, 2, 3) | CHW | **30.0 (25) missed** | 0.75 | 12.5 (10) |',
      '| (1, 4) | eval | **1.63 (1.5) missed** |',
      '| (1, 4, 2, 2) | 64.0 | event loop turns | 2.00 µs | 3.00 µs | **1.50 (1.25) missed** |',
      '| (8, 4) | 1 | 4.00 ms | 8.00 ms | 16.0 ms |  |  |  |',
      '| (8, 4) | 2 | 2.00 ms | 4.00 ms | 10.0 ms | 2.00 (1.8) | 2.00 (1.8) | **1.60 (1.8) missed** |',
      '| (8, 4) | 4 | 1.00 ms | 2.00 ms | 4.00 ms | 4.00 | 4.00 | 4.00 |',
      '| tensor | copy | batchnorm 1.2.3 | batchnorm 1.2.3, 2 threads | Other 7 | Other 7, 2 threads |',
      '| (8, 4) | 1.50 ms | 1.00 | 0.50 | 2.00 | 1.00 |',
      '| (8, 4) | 1.50 ms | 2.00 | 1.00 | **1.90 faster** | 2.67 |',
      '| (8, 4) | 1.50 ms | 2.67 | 1.33 | - | - |',
      '| (1, 4) | eval | 1.00 µs | 2.00 µs | 3.00 µs | **1.50 µs faster** |',
      '| 2^10 | (1, 1024) | 102 ns | 102 ns | 205 ns | 307 ns |',
      '| LayerNorm | (8, 4) | synchronous, `out` | 20.0 ms | 1.00 | 1.3 | 20.5 | 21.0 |',
      '| LayerNorm | (8, 4) | asynchronous | 30.0 ms | 1.50 | 1.3 | 9.5 (10) | 11.0 |',
      '| LayerNorm | (8, 4) | asynchronous, all shared, `out` | 25.0 ms | 1.25 | 1.3 | **10.5 (10) missed** | 11.0 |',
      '- Absent: npm install it',
      '- large (9, 9): more memory than was available',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('the terminal shows the same rows', () => {
    expect(whole.stdout).toMatch(
      /^\(8, 4\) +1\.50 +7\.0 +0\.99 \(1\.1\) +1\.50 .* 9\.25 \(2\.6\) missed$/m,
    );
    expect(whole.stdout).toMatch(/^\(8, 4\) +1\.50 ms +2\.00 +1\.00 +1\.90 faster +2\.67$/m);
  });

  test('it shows both charts', () => {
    const shown = lines.flatMap((line) => /^!\[.+\]\((.+)\)$/.exec(line)?.[1] ?? []);
    expect(shown).toEqual(['ratio-to-memcpy.svg', 'time-against-size.svg']);
    for (const file of shown) expect(whole.has(file)).toBe(true);
  });

  test('the chart of ratios has a point for each large row, pass and library on one thread', () => {
    const svg = elements(whole.read('ratio-to-memcpy.svg'));
    expect(points(svg).sort()).toEqual(
      [
        'ratio: 1; tensor: (8, 4); library: batchnorm 1.2.3',
        'ratio: 2; tensor: (8, 4); library: Other 7',
        'ratio: 2; tensor: (8, 4); library: batchnorm 1.2.3',
        'ratio: 1.9; tensor: (8, 4); library: Other 7',
        'ratio: 2.67; tensor: (8, 4); library: batchnorm 1.2.3',
      ].sort(),
    );
    const texts = textOf(svg);
    for (const text of [
      'eval',
      'training forward',
      'backward',
      '(8, 4)',
      'Other 7',
      'batchnorm 1.2.3',
    ]) {
      expect(texts).toContain(text);
    }
  });

  test('the chart of sizes has a point for each size, of each pass and the copy', () => {
    const svg = elements(whole.read('time-against-size.svg'));
    expect(points(svg)).toHaveLength(3 * 4);
    const texts = textOf(svg);
    for (const text of [
      '2^6',
      '2^10',
      'copy (memcpy)',
      'eval',
      'elements',
      'time',
      'tensor = L2',
    ]) {
      expect(texts).toContain(text);
    }
  });

  test('charts bring their own white background', () => {
    for (const file of ['ratio-to-memcpy.svg', 'time-against-size.svg']) {
      const [svg, background] = elements(whole.read(file));
      expect(background?.tagName).toBe('rect');
      expect(background?.getAttribute('fill')).toBe('#ffffff');
      expect(background?.getAttribute('width')).toBe(svg?.getAttribute('width'));
    }
  });
});

test('without peers the chart of ratios has our own, and without sizes there is no second', () => {
  const { large } = report.sections;
  const { has, read } = write({ ...report, sections: { large } }, 'large');
  const found = points(elements(read('ratio-to-memcpy.svg')));
  expect(found).toHaveLength(2 * 3);
  expect(found).toContain('ratio: 9.25; tensor: (8, 4); library: batchnorm');
  expect(has('time-against-size.svg')).toBe(false);
  expect(read('benchmarks.md')).not.toContain('time-against-size.svg');
});

test('what is not XML would not pass as a chart', () => {
  expect(() => elements('<svg><g></svg>')).toThrow();
});
