import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'puppeteer-core';
import { type Digits, loadDigits } from '../../../lib/study/digits';
import { idx } from '../../formats/files';
import { launch } from '../../launch';
import { picture, pixelsOf, side } from './digits';
import { main, Server } from './server';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-serving-'));
const training = ['--trained', join(folder, 'trained'), '--steps', '150', '--data', folder];
let digits: Digits;
let server: Server;
let printed: string;

/** A part of MNIST: the end of a run looks at all its digits. */
function writePart(name: string, { images, labels, pixels }: Digits, count: number): void {
  const files: [string, Buffer][] = [
    [
      'images-idx3',
      idx(0x08, [count, side, side], Buffer.from(images.subarray(0, count * pixels))),
    ],
    ['labels-idx1', idx(0x08, [count], Buffer.from(labels.subarray(0, count)))],
  ];
  for (const [kind, bytes] of files) writeFileSync(join(folder, `${name}-${kind}-ubyte`), bytes);
}

beforeAll(async () => {
  const sets = await loadDigits(null);
  digits = sets.test;
  writePart('train', sets.training, 9000);
  writePart('t10k', sets.test, 500);
  server = await Server.start(['--port', '0', ...training]);
  printed = server.printed;
});
afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true });
});

const classify = async (index: number) => {
  const png = await picture(pixelsOf(digits, index)).png().toBuffer();
  return (await server.classify(png, 'image/png')).body;
};

describe('without a model', () => {
  test('it says that it trains one, and keeps it', () => {
    expect(printed).toContain('There is no model yet: it is trained first');
    expect(printed).toMatch(/^with batch norm +8\d\.\d\d %/m);
    const model = join(folder, 'trained/digits.onnx');
    expect(printed).toContain(`\nexported: ${model}\n`);
    expect(existsSync(model)).toBe(true);
  });

  test('another start takes that', async () => {
    const other = await Server.start(['--port', '0', ...training]);
    expect(await other.end('SIGTERM')).toBe(0);
    expect(other.printed).toMatch(/^listening on /);
  });

  test('a training that was interrupted goes on, when it is started again', async () => {
    const kept = ['--port', '0', '--trained', join(folder, 'resumed'), '--data', folder];
    const child = spawn(process.execPath, [main, ...kept, '--steps', '900000'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.once('data', () => child.kill('SIGTERM'));
    const [told, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(status).toBe(143);
    expect(told).toMatch(/\nthe next start goes on with the training\n$/);
    const [, step] = /kept in \S*checkpoint.step-(\d+):/.exec(told) ?? [];
    expect(existsSync(join(folder, 'resumed/digits.onnx'))).toBe(false);

    const more = await Server.start([...kept, '--steps', String(Number(step) + 10)]);
    expect(await more.end('SIGTERM')).toBe(0);
    // It had made the first steps already.
    expect(more.printed).not.toMatch(/^step 0: /m);
    expect(existsSync(join(folder, 'resumed/checkpoint'))).toBe(false);
  });

  test('it ends as the training ends, in one line', async () => {
    const nothing = ['--trained', join(folder, 'other'), '--data', join(folder, 'none')];
    await expect(Server.start(['--port', '0', ...nothing])).rejects.toThrow(
      /^ended with 2: There is no model yet[\s\S]*none has no train-images[\s\S]*\nthere is no model without training\n$/,
    );
    expect(existsSync(join(folder, 'other/digits.onnx'))).toBe(false);
  });
});

test('it reads digits that it has not been trained on', async () => {
  const count = 400;
  let right = 0;
  for (let i = 0; i < count; i++) {
    // Behind those that the run was tested with.
    const index = 5000 + i;
    const { digit, probabilities } = await classify(index);
    expect(probabilities[digit]).toBe(Math.max(...probabilities));
    const sum = probabilities.reduce((sum: number, each: number) => sum + each, 0);
    // Ten numbers of float32, of which each is rounded.
    expect(Math.abs(sum - 1)).toBeLessThan(10 * 2 ** -24);
    if (digit === digits.labels[index]) right++;
  }
  expect(right / count).toBeGreaterThan(0.85);
});

// What runs in the page is text, or gets its elements: this file is compiled for Node.js.
describe('the page', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.setViewport({ width: 900, height: 800 });
    await page.goto(server.url, { waitUntil: 'networkidle0' });
  });
  afterAll(() => browser.close());

  test('waits for no encoder of the browser', async () => {
    const files = ['page.mjs', 'digit-image.mjs', 'drawing.mjs'];
    const sources = await Promise.all(
      files.map(async (name) => (await fetch(`${server.url}/${name}`)).text()),
    );
    for (const source of sources)
      expect(source).not.toMatch(/\.(toBlob|toDataURL|convertToBlob)\(/);
  });

  const shown = () => page.$eval('#digit', (element) => element.textContent);
  const clear = () => page.click('#clear');

  /** Draws the bright pixels of a digit with the mouse, row by row. */
  async function draw(index: number): Promise<void> {
    const box = await (await page.$('canvas'))?.boundingBox();
    if (!box) throw new Error('there is no canvas');
    const pixels = pixelsOf(digits, index);
    const at = (column: number, row: number): [number, number] => [
      box.x + ((column + 0.5) / side) * box.width,
      box.y + ((row + 0.5) / side) * box.height,
    ];
    for (let row = 0; row < side; row++) {
      const bright = Array.from({ length: side }, (_, i) => (pixels[row * side + i] ?? 0) > 160);
      for (let from = bright.indexOf(true); from >= 0; from = bright.indexOf(true, from)) {
        const end = bright.indexOf(false, from);
        const to = end < 0 ? side : end;
        await page.mouse.move(...at(from, row));
        await page.mouse.down();
        await page.mouse.move(...at(to - 1, row));
        await page.mouse.up();
        from = to;
      }
    }
    await page.waitForSelector('#reading[aria-busy=false]');
  }

  test('asks this server only, and complains of nothing', async () => {
    for (const url of requests) expect(url).toMatch(new RegExp(`^(${server.url}/|data:)`));
    expect(complaints).toEqual([]);
    expect(await shown()).toBe('–');
    expect(await page.title()).toBe('Draw a digit');
    expect(await page.$eval('html', ({ lang }) => lang)).toBe('en');
  });

  test('shows the digit that is drawn, and its probability', async () => {
    // The first two digits of which the network is sure.
    const sure: number[] = [];
    for (let index = 0; sure.length < 2; index++) {
      const { digit, probabilities } = await classify(index);
      const isNew = sure.every((other) => digits.labels[other] !== digit);
      if (isNew && digit === digits.labels[index] && probabilities[digit] > 0.8) sure.push(index);
    }
    for (const index of sure) {
      await clear();
      await draw(index);
      expect(await shown()).toBe(String(digits.labels[index]));
      const [most] = await page.$$eval('#probabilities .most', (items) =>
        items.map((item) => [
          item.firstChild?.textContent,
          Number.parseFloat(item.querySelector('.share')?.textContent ?? ''),
          100 * (item.querySelector('progress')?.value ?? 0),
        ]),
      );
      const [digit, share, bar] = most as [string, number, number];
      expect(digit).toBe(String(digits.labels[index]));
      // Shown with one decimal.
      expect(Math.abs(share - bar)).toBeLessThanOrEqual(0.05 + 1e-9);
      expect(share).toBeGreaterThan(25);
    }
    expect(complaints).toEqual([]);
  });

  test('sends what is drawn as MNIST has its digits, wherever it is drawn', async () => {
    await clear();
    const box = await (await page.$('canvas'))?.boundingBox();
    if (!box) throw new Error('there is no canvas');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    // A small stroke downwards in a corner.
    await page.mouse.move(box.x + 240, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 240, box.y + 240);
    await page.mouse.up();
    const request = await sent;
    expect(request.url()).toBe(`${server.url}/classify?ink=light`);
    expect(request.headers()['content-type']).toBe('application/octet-stream');
    const grey = (await page.evaluate(`
      import('${server.url}/digit-image.mjs').then(({ digitImage }) =>
        Array.from(digitImage(document.querySelector('canvas'))))
    `)) as number[];
    expect(grey).toHaveLength(side * side);
    const rows = Array.from({ length: side }, (_, row) =>
      Math.max(...grey.slice(row * side, (row + 1) * side)),
    );
    // 20 rows of ink in the middle of 28, and its ends are round: black paper around it.
    expect(rows.filter((most) => most > 127).length).toBeGreaterThanOrEqual(18);
    expect([...rows.slice(0, 3), ...rows.slice(-3)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(rows[14]).toBe(255);
  });

  test('is cleared by the keyboard too', async () => {
    await draw(0);
    expect(await shown()).not.toBe('–');
    await page.focus('body');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('clear');
    await page.keyboard.press('Enter');
    expect(await shown()).toBe('–');
    expect(await page.$$('#probabilities .most')).toHaveLength(0);
    const isBlack = await page.$eval('canvas', (canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.every((value: number, i: number) => value === (i % 4 === 3 ? 255 : 0));
    });
    expect(isBlack).toBe(true);
  });

  test('takes a finger, on a narrow dark screen, without scrolling sideways', async () => {
    const phone = await browser.newPage();
    await phone.setViewport({ width: 320, height: 640, isMobile: true, hasTouch: true });
    await phone.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await phone.goto(server.url, { waitUntil: 'networkidle0' });
    const box = await (await phone.$('canvas'))?.boundingBox();
    if (!box) throw new Error('there is no canvas');
    const x = box.x + box.width / 2;
    await phone.touchscreen.touchStart(x, box.y + 40);
    // A hand that lies on the screen does not draw.
    const hand = await phone.touchscreen.touchStart(box.x + box.width - 20, box.y + 100);
    await hand.move(box.x + box.width - 20, box.y + box.height - 20);
    await hand.end();
    await phone.touchscreen.touchMove(x, box.y + box.height - 40);
    await phone.touchscreen.touchEnd();
    await phone.waitForFunction("document.querySelector('#digit').textContent === '1'");
    const isOneLine = await phone.$eval('canvas', (canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.every((value: number, i: number) => {
        const column = (i >> 2) % canvas.width;
        return i % 4 === 3 || Math.abs(column - canvas.width / 2) < 20 || value === 0;
      });
    });
    expect(isOneLine).toBe(true);
    const layout = await phone.evaluate(`({
      isWider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
      scrolled: scrollY,
      paper: getComputedStyle(document.body).backgroundColor,
    })`);
    expect(layout).toEqual({ isWider: false, scrolled: 0, paper: 'rgb(22, 24, 27)' });
    await phone.close();
  });

  test('says what went wrong where the server refuses', async () => {
    await page.setRequestInterception(true);
    const answer = JSON.stringify({ message: 'too many requests wait already' });
    page.on('request', (request) => {
      if (request.method() !== 'POST') return request.continue();
      return request.respond({ status: 503, contentType: 'application/json', body: answer });
    });
    await draw(2);
    expect(await page.$eval('#message', (element) => element.textContent)).toBe(
      'Not read: too many requests wait already',
    );
    expect(await shown()).toBe('–');
  });
});
