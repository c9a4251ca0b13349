import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import type { StudyPoint, StudyRecord } from '../../../lib/study/record';
import { drawn, launch, type Opened, type Opening, open } from './chromium';
import { leastContrasts } from './contrast';
import { renderReport } from './render';
import { syntheticRecord } from './synthetic-record';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchnorm-report-'));
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const record = syntheticRecord();
const openReport = (of: StudyRecord, opening?: Opening) =>
  open(browser, folder, renderReport(of), opening);

const charts = [
  'testAccuracy',
  'plainInputs',
  'batchNormInputs',
  'runningMeans',
  'runningVariances',
  'trainLoss',
  'sweep',
];

describe('the report of a run', () => {
  let opened: Opened;
  let page: Page;

  beforeAll(async () => {
    opened = await openReport(record);
    page = opened.page;
  });
  afterAll(() => page.close());

  test('asks for nothing but its own file, and complains of nothing', () => {
    const [own, ...others] = opened.requests;
    expect(own).toMatch(/^file:.*\/report\.html$/);
    expect(others.filter((url) => !url.startsWith('data:'))).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  test('has a title, a language, and a name for each chart', async () => {
    const named = await page.evaluate(() => ({
      title: document.title,
      language: document.documentElement.lang,
      charts: [...document.querySelectorAll('.chart svg')].map((svg) => [
        svg.closest('figure')?.id,
        svg.getAttribute('role'),
        svg.getAttribute('aria-label') === svg.closest('figure')?.querySelector('h3')?.textContent,
      ]),
    }));
    expect(named).toEqual({
      title: 'Training with and without batch normalization',
      language: 'en',
      charts: charts.map((name) => [name, 'img', true]),
    });
  });

  /** How many points each curve of a chart has, from its path's commands. */
  const pointsOf = (chart: string, mark = 'curve') =>
    page.$$eval(`#${chart} .${mark} path`, (paths) =>
      paths.map((path) => path.getAttribute('d')?.match(/[ML]/g)?.length ?? 0),
    );

  test.each([
    ['testAccuracy', [31, 31]],
    // There is no loss before the first step.
    ['trainLoss', [30, 30]],
    ['plainInputs', [31, 31, 31]],
    ['batchNormInputs', [31, 31, 31]],
    // Measured at every second point; the first is step 0, which a logarithmic axis cannot show.
    ['runningMeans', [15, 15, 15]],
    ['runningVariances', [15, 15, 15]],
    // Each up to where it diverges.
    ['sweep', [2, 3]],
  ])('%s has its curves with all their points', async (chart, points) => {
    expect(await pointsOf(chart)).toEqual(points);
  });

  test('the bands of the percentiles have both their edges', async () => {
    expect(await pointsOf('plainInputs', 'band')).toEqual([62]);
    expect(await pointsOf('batchNormInputs', 'band')).toEqual([62]);
  });

  test('curves end at the values that the axis gives', async () => {
    const ends = await page.$eval('#testAccuracy svg', (svg) => {
      const middle = (element: Element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return (top + bottom) / 2;
      };
      const tick = (text: string) => {
        const label = [...svg.querySelectorAll('text')].find((t) => t.textContent === text);
        if (label === undefined) throw new Error(`no tick ${text}`);
        return middle(label);
      };
      const top = svg.getBoundingClientRect().top;
      return [...svg.querySelectorAll('.curve path')].map((path) => {
        const y = top + Number(path.getAttribute('d')?.split(',').at(-1));
        return (tick('0%') - y) / (tick('0%') - tick('100%'));
      });
    });
    const last = [record.networks.plain, record.networks.batchNorm].map(
      ({ points }) => points.at(-1)?.testAccuracy ?? 0,
    );
    expect(ends).toHaveLength(2);
    // A pixel of some 260.
    ends.forEach((end, i) => {
      expect(Math.abs(end - (last[i] ?? 0))).toBeLessThan(1 / 260);
    });
  });

  test('(b) and (c) have the same axes where their inputs are about as wide', async () => {
    const ticks = (chart: string) =>
      page.$$eval(`#${chart} [aria-label$="tick label"] text`, (texts) =>
        texts.map((text) => [text.textContent, text.getAttribute('transform')]),
      );
    const [plain, batchNorm] = [await ticks('plainInputs'), await ticks('batchNormInputs')];
    // Their right margins differ with what stands there, their heights do not.
    expect(batchNorm.length).toBeGreaterThan(6);
    expect(batchNorm).toEqual(plain);
  });

  test('each mark is drawn, and within its chart', async () => {
    const marks = await page.$$eval('.chart svg', (svgs) =>
      svgs.flatMap((svg) => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('path, circle, line, text')]
          .filter((mark) => mark.closest('[aria-label="tip"], marker') === null)
          .map((mark) => {
            const box = mark.getBoundingClientRect();
            return {
              what: `${svg.closest('figure')?.id} ${mark.outerHTML.slice(0, 80)}`,
              isDrawn: Math.max(box.width, box.height) > 1,
              // Half of a stroke's width may lie outside.
              isInside:
                box.left >= frame.left - 2 &&
                box.right <= frame.right + 2 &&
                box.top >= frame.top - 2 &&
                box.bottom <= frame.bottom + 2,
            };
          });
      }),
    );
    expect(marks.length).toBeGreaterThan(100);
    expect(marks.filter(({ isDrawn, isInside }) => !isDrawn || !isInside)).toEqual([]);
  });

  test('the names of curves do not lie upon each other', async () => {
    const overlaps = await page.$$eval('.chart svg', (svgs) =>
      svgs.flatMap((svg) => {
        const boxes = [...svg.querySelectorAll('.line-ends text')]
          .map((text) => text.getBoundingClientRect())
          .sort((a, b) => a.top - b.top);
        // A line's box is a little higher than its letters.
        return boxes.slice(1).filter((box, i) => box.top < (boxes[i]?.bottom ?? 0) - 3);
      }),
    );
    expect(overlaps).toEqual([]);
  });

  test('the pointer shows the values at its step', async () => {
    const svg = await page.waitForSelector('#testAccuracy svg');
    const box = await svg?.boundingBox();
    if (!box) throw new Error('no chart');
    await page.mouse.move(box.x + 56, box.y + box.height / 2);
    // Plot sets its lines apart by spaces without a width.
    const tip = () =>
      page.$eval('#testAccuracy [aria-label="tip"]', (g) =>
        g.textContent?.split('\u200b').slice(1),
      );
    expect(await tip()).toEqual(['step 0', 'without: 11.35%', 'with batch norm: 10%']);
    await page.mouse.move(box.x + 56, box.y + box.height + 200);
    expect(await tip()).toEqual([]);
  });

  test('the table says how it ended', async () => {
    const rows = await page.$$eval('.results tr', (trs) =>
      trs.map((tr) => [...tr.children].map((cell) => cell.textContent?.trim())),
    );
    expect(rows).toEqual([
      ['', 'with batch norm', 'without'],
      ['Test accuracy', '95.95%', '31.35%'],
      ['90% first measured at step', '550', 'never'],
      ['Training loss', '0.1512', '1.81'],
      ['Time a step', '4.00 ms', '3.50 ms'],
      ['of it batch norm', '0.500 ms (12.5%)', 'none'],
      ['Time a step of both, side by side in two threads', '5.00 ms'],
    ]);
  });

  test('each chart has its values as a table, too', async () => {
    const rows = await page.$$eval('figure', (figures) =>
      figures.map((figure) => [figure.id, figure.querySelectorAll('tbody tr').length]),
    );
    expect(rows).toEqual(charts.map((name) => [name, rowsOf(name)]));
  });

  const rowsOf = (name: string) => (name === 'sweep' ? 4 : name.startsWith('running') ? 16 : 31);

  describe.each(['light', 'dark'])('in %s mode', (mode) => {
    beforeAll(async () => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: mode }]);
    });
    afterAll(() => page.emulateMediaFeatures([]));

    test('texts and curves have the contrast that they need', async () => {
      const { text, curve } = await leastContrasts(page);
      // WCAG 2.2, 1.4.3 and 1.4.11.
      expect(text).toBeGreaterThanOrEqual(4.5);
      expect(curve).toBeGreaterThanOrEqual(3);
    });

    test('the page is as light as that', async () => {
      const colour = await page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
      expect(colour).toBe(mode === 'dark' ? 'rgb(17, 21, 26)' : 'rgb(255, 255, 255)');
    });
  });

  describe('on paper', () => {
    const print = (type: 'beforeprint' | 'afterprint') =>
      page.evaluate((name) => dispatchEvent(new Event(name)), type);

    beforeAll(async () => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
      await page.emulateMediaType('print');
      // A4 without the page's margins, at 96 pixels an inch.
      await page.setViewport({ width: 688, height: 1017 });
      await print('beforeprint');
    });
    afterAll(async () => {
      await print('afterprint');
      await page.emulateMediaType();
      await page.emulateMediaFeatures([]);
      await page.setViewport({ width: 1200, height: 900 });
      await drawn(page);
    });

    test('it is dark on white, whatever the screen is', async () => {
      const colours = await page.$eval('body', (body) => {
        const { color, backgroundColor } = getComputedStyle(body);
        return [color, backgroundColor];
      });
      expect(colours).toEqual(['rgb(27, 32, 38)', 'rgb(255, 255, 255)']);
      expect((await leastContrasts(page)).text).toBeGreaterThanOrEqual(4.5);
    });

    test('charts have the width of their columns, and are not torn apart', async () => {
      const figures = await page.$$eval('figure', (all) =>
        all.map((figure) => {
          const svg = figure.querySelector('svg');
          const { left, right, width } = svg?.getBoundingClientRect() ?? new DOMRect();
          const column = figure.getBoundingClientRect();
          return {
            id: figure.id,
            // As drawn, so that 12 pixels of text are 12 on paper.
            isScaled: Math.abs(width - Number(svg?.getAttribute('width'))) > 1,
            isClipped: left < column.left - 1 || right > column.right + 1,
            isFilled: width > 0.95 * column.width,
            breaks: getComputedStyle(figure).breakInside,
          };
        }),
      );
      const whole = { isScaled: false, isClipped: false, isFilled: true, breaks: 'avoid' };
      expect(figures).toEqual(charts.map((id) => ({ id, ...whole })));
    });

    test('nothing is wider than the paper', async () => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(688);
    });
  });

  test('a PDF has all of it on two or three pages, its charts drawn for them', async () => {
    await page.evaluate(() => {
      // After the page's own listener.
      addEventListener('beforeprint', () => {
        const svgs = [...document.querySelectorAll('.chart svg')];
        Object.assign(globalThis, { printed: svgs.map((svg) => svg.getAttribute('width')) });
      });
    });
    const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length;
    // Two with the fonts of most systems; there are wider ones.
    expect([2, 3]).toContain(pages);
    expect(await page.evaluate('printed')).toEqual(['688', ...Array(6).fill('330')]);
    // Then charts are as wide as the screen has them, again.
    await drawn(page);
  });

  test('a narrow window scrolls in one direction alone', async () => {
    await page.setViewport({ width: 340, height: 700 });
    await drawn(page);
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      ...[...document.querySelectorAll('.chart svg, .results *')].map(
        (element) => element.getBoundingClientRect().right,
      ),
    ]);
    expect(Math.max(...widths)).toBeLessThanOrEqual(340);
    expect(opened.complaints).toEqual([]);
  });
});

test('without scripts there are the tables, and a word why', async () => {
  const { page } = await openReport(record, { hasScripts: false });
  const text = await page.$eval('noscript', (element) => element.textContent);
  expect(text).toContain('their values are in the tables');
  expect((await page.$$('tbody tr')).length).toBeGreaterThan(100);
  await page.close();
});

test('what a record says is text, whatever it looks like', async () => {
  const hostile = '</script><script>hacked = 1</script><img src=x onerror="hacked = 1">&lt;\'"<!--';
  const { page, complaints, requests } = await openReport({
    ...record,
    startedAt: hostile,
    environment: {
      ...record.environment,
      cpu: hostile,
      platform: hostile,
      versions: { [hostile]: hostile },
    },
  });
  const found = await page.evaluate(() => ({
    texts: document.body.innerText.split('</script><script>hacked = 1</script><img').length - 1,
    isHacked: 'hacked' in globalThis,
    charts: document.querySelectorAll('.chart svg').length,
  }));
  expect(found).toEqual({ texts: 5, isHacked: false, charts: charts.length });
  expect(complaints).toEqual([]);
  expect(requests).toHaveLength(1);
  await page.close();
});

function withNetworks(networks: Partial<StudyRecord['networks']>): StudyRecord {
  return { ...record, networks: { ...record.networks, ...networks } };
}

/** The record with other points. */
function withPoints(plain: readonly StudyPoint[], batchNorm: readonly StudyPoint[]): StudyRecord {
  const { networks } = record;
  return withNetworks({
    plain: { ...networks.plain, points: plain },
    batchNorm: { ...networks.batchNorm, points: batchNorm },
  });
}

const { plain, batchNorm } = record.networks;
const allOf =
  (value: number) =>
  (point: StudyPoint): StudyPoint => ({
    ...point,
    trainLoss: value,
    testAccuracy: value,
    percentiles: [value, value, value],
    statistics: point.statistics.map(() => ({ mean: value, variance: value })),
  });
const huge = (point: StudyPoint) => ({ ...allOf(1e300)(point), testAccuracy: 1 });
const stretched = Array.from({ length: 1000 }, (_, step) => ({
  ...(batchNorm.points[step % 31] as StudyPoint),
  step,
}));
const withSweep = charts.length;

test.each<[string, StudyRecord, number]>([
  ['nothing was measured', { ...withPoints([], []), sweep: [] }, 0],
  [
    'it ended before the first step',
    { ...withPoints(plain.points.slice(0, 1), batchNorm.points.slice(0, 1)), sweep: [] },
    5,
  ],
  ['one network has no points', withPoints([], batchNorm.points), withSweep - 1],
  [
    'a network diverged',
    withNetworks({ plain: { ...plain, points: plain.points.slice(0, 7), divergedAt: 317 } }),
    withSweep,
  ],
  ['it ended early', withPoints(plain.points.slice(0, 7), batchNorm.points.slice(0, 7)), withSweep],
  [
    'nothing is a number',
    withPoints(plain.points.map(allOf(Number.NaN)), batchNorm.points.map(allOf(Infinity))),
    1,
  ],
  [
    'JSON has made null of what is not a number',
    JSON.parse(JSON.stringify(withPoints(plain.points.map(allOf(Number.NaN)), batchNorm.points))),
    withSweep - 1,
  ],
  ['values are huge', withPoints(plain.points.map(huge), batchNorm.points.map(huge)), withSweep],
  [
    'all values are 0',
    withPoints(plain.points.map(allOf(0)), batchNorm.points.map(allOf(0))),
    withSweep,
  ],
  ['points are many', withPoints(stretched, stretched), withSweep],
  [
    'there are no hidden layers',
    { ...record, settings: { ...record.settings, hidden: [] } },
    withSweep,
  ],
  ['one learning rate was tried', { ...record, sweep: record.sweep.slice(0, 1) }, withSweep],
  ['no learning rate trained', { ...record, sweep: record.sweep.slice(3) }, withSweep],
  [
    'no time was taken',
    {
      ...record,
      seconds: Number.NaN,
      stepMilliseconds: Number.NaN,
      networks: { plain, batchNorm: { ...batchNorm, stepMilliseconds: 0 } },
    },
    withSweep,
  ],
])('where %s the report says so', async (_, of, drawnCharts) => {
  const { page, complaints } = await openReport(of);
  const found = await page.evaluate(() => ({
    text: document.body.innerText,
    charts: document.querySelectorAll('.chart svg').length,
    broken: [...document.querySelectorAll('svg *')].filter((element) =>
      [...element.attributes].some(({ value }) => /NaN|Infinity|undefined/.test(value)),
    ).length,
  }));
  expect(complaints).toEqual([]);
  expect(found.text).not.toMatch(/NaN|Infinity|undefined|null/);
  expect(found).toMatchObject({ charts: drawnCharts, broken: 0 });
  await page.close();
});
