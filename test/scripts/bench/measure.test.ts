import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench, evaluate, root } from './bench';

interface Row {
  name: string;
  shape: number[];
  dtype: string;
  memoryFormat: string;
  activation?: string;
  residual?: boolean;
  pass: string;
  way: string;
  elements: number;
  goal: number;
  goals: Record<string, number>;
  copyMs: number;
  ratios: Record<string, number>;
  microseconds: number;
  ratio: number;
  counts: number[];
  ms: Record<string, number[]>;
  speedups: Record<string, number[]>;
}
type Sections = Record<string, { rounds: number; rows: Row[] }>;

/** The sections of a report that takes a second or two. */
function sections(...args: string[]): Sections {
  const { status, stdout, stderr } = bench('--rounds', '1', '--json', ...args);
  if (status !== 0) throw new Error(stderr);
  const report = JSON.parse(stdout);
  expect(report.machine).toMatchObject({ simdTarget: expect.any(String), node: process.version });
  return report.sections;
}

test('the table has every shape of the goals, each with its own', () => {
  const cases = evaluate(
    "import { cases } from 'bench/sections/large.mjs'; console.log(JSON.stringify(cases));",
  ) as Row[];
  const goals = (values: number[]) => ({
    eval: values[0],
    training: values[1],
    backward: values[2],
  });
  const fitting = ['32,64,56,56', '32,256,56,56', '20,100,35,45', '32,512,14,14', '32,2048,7,7'];
  const beyond = ['20,100,35,45,10', '256,64,56,56'];
  const expected = [
    ...fitting.map((shape) => [shape, 'contiguous', goals([1.1, 1.6, 2.6])]),
    ...beyond.map((shape) => [shape, 'contiguous', goals([1.1, 2.1, 3.2])]),
    ...[...fitting, ...beyond].map((shape) => [shape, 'channelsLast', goals([1.15, 2, 3])]),
    ...['8192,256', '65536,64'].map((shape) => [shape, 'contiguous', goals([1.15, 2, 3])]),
  ];
  const found = (wanted: (row: Row) => boolean) =>
    cases.filter(wanted).map((row) => [row.shape.join(), row.memoryFormat, row.goals]);
  const float32 = found((row) => row.dtype === 'float32' && row.activation === undefined);
  expect(float32.sort()).toEqual(expected.sort());
  const float64 = found((row) => row.dtype === 'float64');
  const relu = found((row) => row.activation === 'relu' && !row.residual);
  expect(float64.length).toBeGreaterThan(0);
  expect(relu.length).toBeGreaterThan(0);
  for (const row of [...float64, ...relu]) expect(expected).toContainEqual(row);
});

describe('the table on tensors of up to 2^21 elements', () => {
  const { large, small, fresh, threads, ...others } = sections('--max-elements', String(2 ** 21));

  test('has each pass of a large one as a ratio to copying it', () => {
    expect(large?.rounds).toBe(1);
    const names = large?.rows.map(({ name }) => name);
    expect(names).toEqual(['large (8192, 256)', 'large (8192, 256) float64']);
    for (const { copyMs, ratios } of large?.rows ?? []) {
      expect(copyMs).toBeGreaterThan(0);
      expect(Object.keys(ratios)).toEqual(['eval', 'training', 'backward']);
      // A pass that did nothing would take no time beside a copy of megabytes.
      for (const ratio of Object.values(ratios)) expect(ratio).toBeGreaterThan(0.05);
    }
  });

  test('has small ones in microseconds, with their goals', () => {
    const found = small?.rows.map(({ shape, pass, goal }) => [shape.join(), pass, goal]);
    expect(found).toEqual([
      ['1,64', 'eval', 1.5],
      ['1,64,28,28', 'eval', 9],
      ['32,128', 'training', 4],
    ]);
    for (const { microseconds } of small?.rows ?? []) {
      expect(microseconds).toBeGreaterThan(0.05);
      expect(microseconds).toBeLessThan(1e5);
    }
  });

  test('compares results in fresh memory with `out`, in both kinds of loop', () => {
    const found = fresh?.rows.map(({ shape, way, goal }) => [shape.join(), way, goal]);
    expect(found).toEqual(
      [
        ['1,64,28,28', 1.25],
        ['4,64,32,32', 1.25],
        ['16,64,32,32', 1.25],
        ['32,64,32,32', 1.5],
      ].flatMap(([shape, goal]) => ['loop', 'turns'].map((way) => [shape, way, goal])),
    );
    for (const { ratio } of fresh?.rows ?? []) expect(ratio).toBeGreaterThan(0.05);
  });

  test('compares numbers of threads, from 1 on', () => {
    expect(threads?.rows.length).toBeGreaterThan(0);
    for (const { goal, counts, ms, speedups } of threads?.rows ?? []) {
      expect(goal).toBe(1.8);
      expect(counts[0]).toBe(1);
      expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
      for (const pass of ['eval', 'training', 'backward']) {
        expect(ms[pass]).toHaveLength(counts.length);
        expect(speedups[pass]).toHaveLength(counts.length);
        expect(speedups[pass]?.[0]).toBe(1);
      }
    }
  });

  test('has no peers and no sizes', () => {
    expect(others).toEqual({});
  });
});

test('--scaling goes from 64 elements up in steps of 4, and over threads', () => {
  const { sizes, ...others } = sections('--scaling', '--max-elements', '5000');
  expect(others).toEqual({});
  expect(sizes?.rows.map(({ elements }) => elements)).toEqual([64, 256, 1024, 4096]);
  for (const { shape, elements, ms } of sizes?.rows ?? []) {
    expect(shape.reduce((product, size) => product * size)).toBe(elements);
    expect(Object.keys(ms)).toEqual(['copy', 'eval', 'training', 'backward']);
    for (const time of Object.values(ms)) expect(time).toBeGreaterThan(0);
  }
  const { threads } = sections('--scaling', '--only', 'threads (8192');
  expect(threads?.rows).toHaveLength(1);
});

test('--only takes the cases whose name holds its text', () => {
  const found = sections('--only', 'small (1, 64) ');
  expect(Object.values(found).flatMap(({ rows }) => rows.map(({ name }) => name))).toEqual([
    'small (1, 64) eval',
  ]);
});

test('--save keeps the report and --from takes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-bench-'));
  try {
    const file = join(folder, 'report.json');
    const taken = bench('--only', 'small (1, 64) ', '--rounds', '1', '--save', file);
    expect(taken.stdout).toMatch(/^\(1, 64\) +eval +\d+\.\d\d \(1\.5\)( missed)?$/m);
    const again = bench('--from', file);
    expect(again.stdout).toBe(taken.stdout);
    expect(bench('--from', file, '--json').stdout).toBe(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('npm run bench -- --help says what it takes', () => {
  const command = ['run', '--silent', 'bench', '--', '--help'];
  const { status, stdout } = spawnSync('npm', command, { cwd: root, encoding: 'utf8' });
  expect(status).toBe(0);
  for (const option of ['--peers', '--scaling', '--write', '--rounds N', '--only TEXT', '--json']) {
    expect(stdout).toContain(`\n  ${option} `);
  }
});

test.each([
  ['--rounds should be a positive integer, got few', ['--rounds', 'few']],
  ['--rounds should be a positive integer, got 0', ['--rounds', '0']],
  ['--max-elements should be a positive integer, got 1e99', ['--max-elements', '1e99']],
  ["Unknown option '--peer'", ['--peer']],
  ['no case is of that name and size', ['--only', 'enormous']],
  ['--from measures nothing: --rounds does not go with it', ['--from', 'x', '--rounds', '1']],
  ['ENOENT', ['--from', 'no-such-file.json']],
])('refuses: %s', (message, args) => {
  const { status, stdout, stderr } = bench(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(new RegExp(`^${message}.*\n$`));
});
