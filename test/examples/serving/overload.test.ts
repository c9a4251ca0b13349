import { once } from 'node:events';
import { join } from 'node:path';
import { picture, pixelsOf, testDigits } from './digits';
import { HalfRequest } from './half-request';
import { Server } from './server';

const aborted = 'http_requests_total{method="POST",route="/classify",status="499"}';
let png: Buffer;
beforeAll(async () => {
  png = await picture(pixelsOf(await testDigits(), 0))
    .png()
    .toBuffer();
});

describe('a server that works on one image, and lets one wait', () => {
  let server: Server;
  beforeEach(async () => {
    server = await Server.start(['1', '1'], join(__dirname, 'held.mjs'));
  });
  afterEach(async () => {
    expect(await server.end('SIGTERM')).toBe(0);
  });

  const classify = (signal?: AbortSignal) =>
    fetch(`${server.url}/classify`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: png,
      ...(signal && { signal }),
    });
  /** A request that the model has, and one that waits. */
  const fill = async (signal?: AbortSignal) => {
    const first = classify();
    await held();
    const second = classify(signal);
    await server.until('classify_queue_length', 1);
    return [first, second] as const;
  };
  const held = () => once(server.child, 'message');
  const release = () => server.child.send('release');

  test('refuses a third with 503, says when to come again, and answers the others', async () => {
    const [first, second] = await fill();
    const third = await classify();
    expect(third.status).toBe(503);
    expect(third.headers.get('retry-after')).toBe('1');
    expect(await third.json()).toMatchObject({ statusCode: 503, code: 'OVERLOADED' });
    // What does not wait in the queue is answered.
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await server.metric('classify_in_progress')).toBe(1);
    // A flood of requests is none of log lines.
    expect(server.printed).toBe(`listening on ${server.url}\n`);

    release();
    expect((await first).status).toBe(200);
    await held();
    release();
    expect((await second).status).toBe(200);
    const refused = 'http_requests_total{method="POST",route="/classify",status="503"}';
    expect(await server.metric(refused)).toBe(1);
    expect(await server.metric('classify_in_progress')).toBe(0);

    const fourth = classify();
    await held();
    release();
    expect((await fourth).status).toBe(200);
  });

  test('keeps a place for a request whose body is still coming, and takes it back from one that gives up', async () => {
    const late = await HalfRequest.send(server.url, png);
    const first = classify();
    await held();
    expect((await classify()).status).toBe(503);
    const answer = late.finish();
    await server.until('classify_queue_length', 1);
    release();
    expect((await first).status).toBe(200);
    await held();
    release();
    expect((await answer).status).toBe(200);

    const gone = await HalfRequest.send(server.url, png);
    gone.drop();
    await server.until(aborted, 1);
    const others = await fill();
    release();
    await held();
    release();
    for (const other of others) expect((await other).status).toBe(200);
  });

  test('does nothing for a client that has gone while it waited', async () => {
    const controller = new AbortController();
    const [first, second] = await fill(controller.signal);
    controller.abort();
    await expect(second).rejects.toThrow('aborted');
    await server.until(aborted, 1);
    const messages: unknown[] = [];
    server.child.on('message', (message) => messages.push(message));
    release();
    expect((await first).status).toBe(200);
    const third = classify();
    await held();
    release();
    expect((await third).status).toBe(200);
    // The model had the third, and not the second.
    expect(messages).toEqual(['held']);
  });
});

test('a server that fails says so once in its log, and not why to its client', async () => {
  const server = await Server.start(['1', '1'], join(__dirname, 'held.mjs'));
  const answer = server.classify(png, 'image/png');
  await once(server.child, 'message');
  server.child.send('fail');
  expect(await answer).toMatchObject({
    status: 500,
    body: {
      statusCode: 500,
      error: 'Internal Server Error',
      message: 'the server has failed; its log says why',
    },
  });
  expect(await server.metric('classify_in_progress')).toBe(0);
  expect(await server.end('SIGTERM')).toBe(0);
  const logged = server.printed.split('\n').filter((line) => line.startsWith('{'));
  expect(logged).toHaveLength(1);
  expect(JSON.parse(logged[0] as string)).toMatchObject({
    err: { message: 'a secret of the model', stack: expect.stringContaining('held.mjs') },
  });
});

test('a server that is told to end answers what works and what waits, then releases its model', async () => {
  const server = await Server.start(['1', '5'], join(__dirname, 'held.mjs'));
  const messages: unknown[] = [];
  const classify = () => server.classify(png, 'image/png');
  const first = classify();
  await once(server.child, 'message');
  const second = classify();
  await server.until('classify_queue_length', 1);
  server.child.kill('SIGTERM');
  await server.says('SIGTERM: answers what it was asked, then ends');
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
  server.child.on('message', (message) => messages.push(message));
  server.child.send('release');
  expect((await first).status).toBe(200);
  if (messages.length === 0) await once(server.child, 'message');
  server.child.send('release');
  expect((await second).status).toBe(200);
  expect(await server.end()).toBe(0);
  expect(messages).toEqual(['held', 'released']);
});
