import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A fault on dist/, in a process that lives on. */
async function strike(name: string): Promise<unknown> {
  const { stdout, stderr } = await execute(process.execPath, [join(__dirname, 'faults.js'), name]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test.each([
  'input transferred',
  'out transferred',
  'input, which is out too, transferred',
  'residual transferred',
  'input made smaller',
  'input made smaller, an array that follows',
  'out made empty',
  'WebAssembly memory grown under input and out',
  'running mean transferred',
])('%s in the middle of a call: it is refused, or whole', async (name) => {
  const { refused } = (await strike(name)) as { whole: number; refused: number };
  expect(refused).toBeGreaterThan(0);
});

test('a weight transferred in the middle of a call: it has a copy', async () => {
  expect(await strike('weight transferred')).toEqual({ whole: expect.any(Number), refused: 0 });
});

test.each(['input written to', 'shared input and out written to'])(
  '%s: the call ends',
  async (name) => {
    expect(await strike(name)).toEqual({ whole: expect.any(Number), refused: 0 });
  },
);

test('objects that lie about their memory reach none that is gone', async () => {
  expect(await strike('objects that lie')).toBe('done');
});

test('1,000 calls with one signal: no warning, and no listener is left', async () => {
  expect(await strike('1,000 calls with one signal')).toEqual([]);
});

test('a process ends in the middle of calls', async () => {
  expect(await strike('a process that ends in the middle')).toBe('done');
});
