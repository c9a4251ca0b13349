import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Status } from '../../lib/native';

interface Printed {
  code: number;
  events: unknown[];
  turns: { queued: number; most: number };
}

interface Setting {
  /** Threads of libuv, and of the addon. */
  libuv?: number;
  threads?: number;
}

/** What turns.js prints in a process of its own, and the code with which that ends. */
function run(what: string, { libuv = 4, threads = 2 }: Setting = {}): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const args = ['--expose-gc', join(__dirname, 'turns.js'), what, `${threads}`];
    const env = { ...process.env, UV_THREADPOOL_SIZE: `${libuv}` };
    const child = execFile(process.execPath, args, { env }, (_, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr || `ended by ${child.signalCode}`));
      else resolve({ code: child.exitCode ?? -1, ...JSON.parse(stdout) });
    });
  });
}

const call = (status: Status) => `call ${status}`;

test('others get their turn on the threads of libuv before a long call is done', async () => {
  const { events, turns, code } = await run('long', { libuv: 1 });
  expect(events).toEqual(['file 0', call(Status.ok)]);
  expect(turns.queued).toBeGreaterThanOrEqual(3);
  expect(turns.most).toBe(1);
  expect(code).toBe(0);
});

test('a short call is one turn', async () => {
  const { events, turns } = await run('short', { libuv: 1 });
  expect(events).toEqual([call(Status.ok), 'file 0']);
  expect(turns).toEqual({ queued: 1, most: 1 });
});

test.each([
  { libuv: 4, threads: 1, most: 1 },
  { libuv: 4, threads: 2, most: 2 },
  { libuv: 3, threads: 8, most: 3 },
])('a long call has no more turns at a time than threads: %p', async ({ most, ...setting }) => {
  const { events, turns } = await run('long', setting);
  expect(events).toContain(call(Status.ok));
  expect(turns.most).toBe(most);
});

test('of many long calls four are worked on at a time, and all are done', async () => {
  const { events, turns, code } = await run('many', { libuv: 1 });
  expect(events).toEqual(Array(12).fill(call(Status.ok)));
  expect(turns.most).toBe(4);
  expect(code).toBe(0);
});

test('calls are aborted before their turn and in the middle, and the process ends', async () => {
  const { events, code } = await run('aborted', { libuv: 1 });
  expect(events[0]).toBe('aborted');
  // The first may have been done before.
  expect(events.slice(1).sort().slice(-8)).toEqual(Array(8).fill(call(Status.aborted)));
  expect(events).toHaveLength(13);
  expect(code).toBe(0);
  expect((await run('late', { libuv: 1 })).events).toEqual(['aborted', call(Status.aborted)]);
});

test('what done throws is an uncaught exception, each time', async () => {
  const { events, code } = await run('throws');
  expect(events).toEqual(Array(6).fill('mine'));
  expect(code).toBe(0);
});

test('done may start and abort calls', async () => {
  const { events } = await run('again');
  expect(events).toEqual(Array(31).fill(Status.ok));
});

test('after 10,000 calls no array and no function is held', async () => {
  const { events } = await run('collected');
  expect(events).toEqual([20_000, 0]);
});

test('the process may exit in the middle of calls', async () => {
  expect((await run('exits')).code).toBe(7);
});
