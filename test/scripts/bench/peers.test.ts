import { evaluate } from './bench';

interface Result {
  closed: number;
  asked: unknown[];
  peers: {
    entrants: { name: string; version: string; threads: number }[];
    missing: unknown[];
    rows: { name: string; ms: Record<string, (number | null)[]>; leftOut: unknown[] }[];
  };
  tables: { title: string; columns: string[]; rows: unknown[][] }[];
  absences: string[];
}

// Peers that say what time they took: one far too fast in evaluation, one that can do nothing.
const result = evaluate(`
  import { setTimeout } from 'node:timers/promises';
  import { measure } from 'bench/measure.mjs';
  import { absences } from 'bench/tables/absences.mjs';
  import { tables } from 'bench/tables/index.mjs';
  const asked = [];
  let closed = 0;
  const close = async () => { closed++; };
  const swift = {
    name: 'Swift', version: '9', threads: 1, close,
    async prepare({ shape, dtype, memoryFormat }) {
      asked.push([shape.join(), dtype, memoryFormat]);
      return {
        eval: async (calls) => {
          asked.push(calls);
          await setTimeout(5);
          return 1e-9;
        },
        training: async () => 1e9,
      };
    },
  };
  const idle = {
    name: 'Idle', version: '8', threads: 3, close, leftOut: {},
    async prepare() {
      this.leftOut = { eval: 'is asleep', training: 'is asleep' };
      return {};
    },
  };
  const openPeers = async () => [swift, idle, { name: 'Absent', missing: 'npm install it' }];
  const report = await measure(['peers'], { openPeers, rounds: 1, maxElements: 2 ** 21 });
  console.log(JSON.stringify({
    closed, asked, peers: report.sections.peers, tables: tables(report), absences: absences(report),
  }));
`) as Result;

test('each peer is asked for every case, told how many calls to make, and closed', () => {
  const { asked, closed } = result;
  expect(closed).toBe(2);
  expect(asked.filter(Array.isArray)).toEqual([
    ['1,64', 'float32', 'contiguous'],
    ['1,64,28,28', 'float32', 'contiguous'],
    ['32,128', 'float32', 'contiguous'],
    ['8192,256', 'float32', 'contiguous'],
  ]);
  expect(asked.slice(-2)).toEqual([1, 1]);
  expect(asked[1]).toBeGreaterThanOrEqual(1);
});

test('its own times count, beside ours on as many threads as each peer has', () => {
  const { entrants, missing, rows } = result.peers;
  expect(entrants.map(({ name, threads }) => [name, threads])).toEqual([
    ['batchnorm', 1],
    ['batchnorm', 3],
    ['Swift', 1],
    ['Idle', 3],
  ]);
  expect(missing).toEqual([{ name: 'Absent', missing: 'npm install it' }]);
  const last = rows.find(({ name }) => name === 'peers (8192, 256)');
  const ours = [expect.any(Number), expect.any(Number)];
  expect(last?.ms).toEqual({
    eval: [...ours, 1e-9, null],
    training: [...ours, 1e9, null],
    backward: [...ours, null, null],
  });
  // There is no training of one value a channel.
  expect(Object.keys(rows[0]?.ms ?? {})).toEqual(['eval']);
});

test('a peer that is faster is shown as such, in large tensors and in small ones', () => {
  const large = result.tables.find(({ title }) => title.startsWith('Eval'));
  const cells = large?.rows.find(([tensor]) => tensor === '(8192, 256)');
  expect(large?.columns.slice(-2)).toEqual(['Swift 9', 'Idle 8, 3 threads']);
  expect(cells?.slice(-2)).toEqual([{ text: '0.00', mark: 'faster' }, '-']);
  const training = result.tables.find(({ title }) => title.startsWith('Training'));
  const slow = training?.rows.find(([tensor]) => tensor === '(8192, 256)');
  expect(slow?.slice(-2)).toEqual([expect.stringMatching(/^\d+\.\d\d$/), '-']);
  const small = result.tables.find(({ title }) => title.startsWith('Small'));
  expect(small?.rows[0]?.slice(-2)).toEqual([{ text: '0.00100 ns', mark: 'faster' }, '-']);
});

test('what is not there is said, and why', () => {
  expect(result.absences).toEqual([
    'Absent: npm install it',
    'Idle 8, 3 threads, eval of 4 tensors: is asleep',
    'Idle 8, 3 threads, training of 3 tensors: is asleep',
  ]);
});
