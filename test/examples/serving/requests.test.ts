import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Digits } from '../../../lib/study/digits';
import { picture, pixelsOf, testDigits } from './digits';
import { exported, probabilitiesOf, untrained } from './model';
import { type Answer, Server } from './server';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-serving-'));
const eps = 1e-5;
const limits = ['--max-bytes', '100000', '--max-pixels', '1000000', '--log-level', 'error'];
const state = untrained();
let digits: Digits;
let server: Server;

beforeAll(async () => {
  digits = await testDigits();
  server = await Server.start(['--port', '0', '--model', exported(folder, state, eps), ...limits]);
});
afterAll(async () => {
  expect(await server.end('SIGTERM')).toBe(0);
  rmSync(folder, { recursive: true });
});

/** Float32's rounding in sums of 784 products; a probability moves by a quarter of a logit at most. */
const tolerance = 1e-5;

function expectClose(probabilities: readonly number[], wanted: readonly number[]): void {
  expect(probabilities).toHaveLength(wanted.length);
  const farthest = Math.max(
    ...probabilities.map((value, i) => Math.abs(value - (wanted[i] as number))),
  );
  expect(farthest).toBeLessThan(tolerance);
}

/** The answer to an image that the server takes. */
function read({ status, body }: Answer) {
  expect({ status, code: body.code }).toEqual({ status: 200, code: undefined });
  return body;
}

const png = (index: number) => picture(pixelsOf(digits, index)).png().toBuffer();
const asPNG = async (bytes: Uint8Array, query?: string) =>
  server.classify(bytes, 'image/png', query);
const asForm = (...files: [name: string, bytes: Uint8Array][]) => {
  const form = new FormData();
  for (const [name, bytes] of files) form.append(name, new Blob([bytes]), 'digit');
  return form;
};

describe('a digit', () => {
  test('comes to what the network makes of its pixels, from 0 to 1', async () => {
    for (const index of [0, 1, 2]) {
      const pixels = pixelsOf(digits, index);
      const wanted = probabilitiesOf(
        state,
        Array.from(pixels, (x) => x / 255),
        eps,
      );
      const body = read(await asPNG(await png(index)));
      expectClose(body.probabilities, wanted);
      expect(body.digit).toBe(wanted.indexOf(Math.max(...wanted)));
      expect(body.ink).toBe('light');
      expect(Object.keys(body.milliseconds)).toEqual(['wait', 'decode', 'normalize', 'run']);
      for (const each of Object.values(body.milliseconds)) expect(each).toBeGreaterThanOrEqual(0);
    }
  });

  test('is the same in other files of the same pixels', async () => {
    const { probabilities } = read(await asPNG(await png(0)));
    const pixels = picture(pixelsOf(digits, 0));
    const withAlpha = await sharp(await png(0))
      .ensureAlpha()
      .png()
      .toBuffer();
    const colours = await pixels.clone().toColourspace('srgb').png().toBuffer();
    const deep = await pixels.clone().toColourspace('grey16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    for (const file of [withAlpha, colours, deep]) {
      expect(read(await asPNG(file)).probabilities).toEqual(probabilities);
    }
    // What the file is counts, not what the client calls it.
    expect(read(await server.classify(await png(0), 'image/jpeg')).probabilities).toEqual(
      probabilities,
    );
  });

  test('is taken from a form', async () => {
    const { probabilities } = read(await asPNG(await png(1)));
    const form = asForm(['image', await png(1)]);
    form.append('note', 'a field is passed over');
    expect(read(await server.classify(form)).probabilities).toEqual(probabilities);
  });

  test('is nearly the same as a JPEG', async () => {
    const jpeg = await picture(pixelsOf(digits, 0)).jpeg({ quality: 100 }).toBuffer();
    const { data } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
    const wanted = probabilitiesOf(
      state,
      Array.from(data, (x) => x / 255),
      eps,
    );
    expectClose(read(await server.classify(jpeg, 'image/jpeg')).probabilities, wanted);
  });

  test('in dark ink on light paper is made light', async () => {
    const { probabilities } = read(await asPNG(await png(2)));
    const negative = await picture(pixelsOf(digits, 2)).negate().png().toBuffer();
    const found = read(await asPNG(negative));
    expect(found.ink).toBe('dark');
    expectClose(found.probabilities, probabilities);
    expectClose(read(await asPNG(negative, '?ink=dark')).probabilities, probabilities);
    // Taken for light, it is another picture.
    const taken = read(await asPNG(negative, '?ink=light'));
    expect(taken.ink).toBe('light');
    expect(taken.probabilities).not.toEqual(found.probabilities);
  });

  test('goes in as 28 x 28 grey bytes too', async () => {
    const pixels = pixelsOf(digits, 0);
    const asPixels = (bytes: Uint8Array, query?: string) =>
      server.classify(bytes, 'application/octet-stream', query);
    const { probabilities, ink } = read(await asPNG(await png(0)));
    expect(read(await asPixels(pixels))).toMatchObject({ probabilities, ink });
    const negative = pixels.map((grey) => 255 - grey);
    const found = read(await asPixels(negative, '?ink=dark'));
    expect(found.ink).toBe('dark');
    expectClose(found.probabilities, probabilities);
    for (const size of [0, 783, 785, 3 * 784]) {
      expect(await asPixels(new Uint8Array(size))).toMatchObject({
        status: 400,
        body: { code: 'WRONG_PIXELS', message: `28 x 28 grey bytes are 784, got ${size}` },
      });
    }
  });

  test('is turned as its camera says', async () => {
    const { probabilities } = read(await asPNG(await png(0)));
    const turned = await sharp(await png(0))
      .rotate(270)
      .png()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect((await sharp(turned).metadata()).orientation).toBe(6);
    expect(read(await asPNG(turned)).probabilities).toEqual(probabilities);
  });

  test('on a transparent ground has white paper, or black under light ink', async () => {
    const alpha = pixelsOf(digits, 0);
    const { probabilities } = read(await asPNG(await png(0)));
    for (const [grey, query] of [
      [0, ''],
      [255, '?ink=light'],
    ] as const) {
      const both = Buffer.from(Array.from(alpha).flatMap((a) => [grey, grey, grey, a]));
      const file = await sharp(both, { raw: { width: 28, height: 28, channels: 4 } })
        .png()
        .toBuffer();
      expectClose(read(await asPNG(file, query)).probabilities, probabilities);
    }
  });

  test.each([1, 27, 29, 400])('of %i pixels a side is scaled', async (size) => {
    const file = await picture(pixelsOf(digits, 0)).resize(size, size).png().toBuffer();
    expect(read(await asPNG(file)).probabilities).toHaveLength(10);
  });
});

test.each([
  [1, 60_000],
  [60_000, 1],
])('an image of %i x %i is a line', async (width, height) => {
  const line = { width, height, channels: 3, background: 'white' } as const;
  const bytes = await sharp({ create: line }).png().toBuffer();
  expect(read(await asPNG(bytes)).ink).toBe('dark');
});

describe('what is no image of a digit is refused, and said', () => {
  const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
  const noise = (size: number) =>
    Buffer.from(Array.from({ length: size }, (_, i) => (i * 7919) & 255));
  const other = (format: 'gif' | 'webp' | 'tiff') =>
    picture(pixelsOf(digits, 0)).toFormat(format).toBuffer();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  const jpeg = () => picture(pixelsOf(digits, 0)).resize(200).jpeg().toBuffer();

  test.each<[string, number, string, RegExp, () => Promise<Buffer> | Buffer]>([
    ['nothing', 400, 'NO_IMAGE', /empty/, () => Buffer.alloc(0)],
    ['noise', 415, 'UNSUPPORTED_IMAGE', /neither JPEG nor PNG/, () => noise(1000)],
    ['a GIF', 415, 'UNSUPPORTED_IMAGE', /neither JPEG nor PNG/, () => other('gif')],
    ['a WebP', 415, 'UNSUPPORTED_IMAGE', /neither JPEG nor PNG/, () => other('webp')],
    ['a TIFF', 415, 'UNSUPPORTED_IMAGE', /neither JPEG nor PNG/, () => other('tiff')],
    ['an SVG', 415, 'UNSUPPORTED_IMAGE', /neither JPEG nor PNG/, () => Buffer.from(svg)],
    ['half a PNG', 400, 'BROKEN_IMAGE', /cannot be decoded: ./, async () => half(await png(0))],
    ['half a JPEG', 400, 'BROKEN_IMAGE', /premature end/, async () => half(await jpeg())],
    ['a start', 400, 'BROKEN_IMAGE', /decoded/, async () => (await png(0)).subarray(0, 20)],
    [
      'a bomb of 20,000 x 20,000',
      413,
      'TOO_MANY_PIXELS',
      /20000 x 20000 pixels, at most 1000000/,
      () => header(20_000, 20_000),
    ],
    ['more bytes', 413, 'FST_ERR_CTP_BODY_TOO_LARGE', /too large/, () => noise(100_001)],
  ])('%s', async (_, status, code, message, make) => {
    const bytes = await make();
    const answers = [await asPNG(bytes)];
    // An empty file of a form has no name of its own.
    answers.push(await server.classify(asForm(['image', bytes])));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status, body: { code, statusCode: status } });
      expect(answer.body.message).toMatch(message);
    }
  });

  /** A PNG that says how large it is, and ends there. */
  function header(width: number, height: number): Buffer {
    const { deflateSync, crc32 } = require('node:zlib');
    const chunk = (type: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(body));
      return Buffer.concat([length, body, sum]);
    };
    const about = Buffer.alloc(13);
    about.writeUInt32BE(width, 0);
    about.writeUInt32BE(height, 4);
    about.set([8, 0, 0, 0, 0], 8);
    return Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', about),
      chunk('IDAT', deflateSync(Buffer.alloc(1000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }

  test.each([
    ['text/plain', 'got text/plain'],
    ['application/json', 'got application/json'],
    ['image/gif', 'got image/gif'],
    [undefined, 'got no content type'],
  ])('as %s', async (type, message) => {
    const answer = await server.classify(new Uint8Array(9), type);
    expect(answer).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_TYPE' } });
    expect(answer.body.message).toContain(message);
  });

  const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nabc';
  test.each([
    ['without a boundary', 'multipart/form-data', part],
    ['that is none', 'multipart/form-data; boundary=x', 'no form'],
    ['that is cut off', 'multipart/form-data; boundary=x', part],
  ])('in a form %s', async (_, type, body) => {
    const answer = await server.classify(body, type);
    expect(answer).toMatchObject({ status: 400, body: { code: 'BROKEN_FORM' } });
  });

  test.each<[string, number, string, () => FormData]>([
    ['without a file', 400, 'NO_IMAGE', () => new FormData()],
    ['with two files', 413, 'FST_FILES_LIMIT', () => asForm(['a', noise(9)], ['b', noise(9)])],
    [
      'with many fields',
      413,
      'FST_FIELDS_LIMIT',
      () => {
        const form = new FormData();
        for (let i = 0; i < 20; i++) form.append(`field${i}`, 'text');
        return form;
      },
    ],
    ['with __proto__', 400, 'FST_PROTO_VIOLATION', () => asForm(['__proto__', noise(9)])],
  ])('in a form %s', async (_, status, code, make) => {
    expect(await server.classify(make())).toMatchObject({ status, body: { code } });
  });

  test('without a body', async () => {
    const response = await fetch(`${server.url}/classify`, { method: 'POST' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'NO_IMAGE',
      message: expect.stringMatching(/no body/),
    });
  });

  test('with an ink that there is not', async () => {
    for (const query of ['?ink=red', '?ink=', '?ink=light&ink=dark']) {
      expect(await asPNG(await png(0), query)).toMatchObject({
        status: 400,
        body: { code: 'FST_ERR_VALIDATION', message: 'ink should be auto, light or dark' },
      });
    }
  });

  test('and the server reads digits as before, with nothing to say of its own', async () => {
    read(await asPNG(await png(0)));
    expect(server.printed).toBe(`listening on ${server.url}\n`);
  });
});

describe('what Prometheus and others ask', () => {
  test('/healthz says that it is there', async () => {
    const response = await fetch(`${server.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('/metrics counts requests by status and route', async () => {
    const total = (status: number, route = '/classify') =>
      server.metric(`http_requests_total{method="POST",route="${route}",status="${status}"}`);
    const before = { ok: (await total(200)) ?? 0, not: (await total(415)) ?? 0 };
    await asPNG(await png(0));
    await asPNG(await png(1));
    await asPNG(Buffer.from('no image'));
    await fetch(`${server.url}/made/up`, { method: 'POST' });
    expect(await total(200)).toBe(before.ok + 2);
    expect(await total(415)).toBe(before.not + 1);
    expect(await total(404, 'none')).toBe(1);
  });

  test('/metrics has times, steps, the queue, the event loop and memory', async () => {
    await asPNG(await png(0));
    const labels = '{method="POST",route="/classify",status="200"}';
    const count = await server.metric(`http_request_duration_seconds_count${labels}`);
    expect(count).toBe(await server.metric(`http_requests_total${labels}`));
    for (const step of ['wait', 'decode', 'normalize', 'run']) {
      expect(await server.metric(`classify_step_seconds_count{step="${step}"}`)).toBe(count);
    }
    expect(await server.metric('classify_queue_length')).toBe(0);
    expect(await server.metric('classify_in_progress')).toBe(0);
    expect(await server.metric('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(await server.metric('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  test('the page may load and run nothing from elsewhere', async () => {
    const { status, headers } = await fetch(server.url);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
  });

  test('other paths are not there', async () => {
    const response = await fetch(`${server.url}/classify`);
    expect([
      response.status,
      ((await response.json()) as { statusCode: number }).statusCode,
    ]).toEqual([404, 404]);
  });
});

test('a model that takes other numbers gets these, by either normalization', async () => {
  const model = join(folder, 'digits.onnx');
  const [mean, std] = [0.1307, 0.3081];
  const scaled = ['--port', '0', '--model', model, '--mean', String(mean), '--std', String(std)];
  const negative = await picture(pixelsOf(digits, 3)).negate().png().toBuffer();
  const wanted = Array.from(pixelsOf(digits, 3), (x) => (x / 255 - mean) / std);
  for (const normalization of ['library', 'plain']) {
    const other = await Server.start([...scaled, '--normalization', normalization]);
    for (const bytes of [await png(3), negative]) {
      const { probabilities } = read(await other.classify(bytes, 'image/png'));
      expectClose(probabilities, probabilitiesOf(state, wanted, eps));
    }
    await other.end('SIGTERM');
  }
});
