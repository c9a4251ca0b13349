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
  inPlace?: boolean;
  pass: string;
  way: string;
  elements: number;
  goal: number;
  goals: Record<string, number>;
  copyMs: number;
  ratios: Record<string, number>;
  microseconds: number;
  to: string;
  ofCopying: number;
  timesLoop: number;
  ratio: number;
  counts: number[];
  ms: Record<string, number[]>;
  speedups: Record<string, number[]>;
  ways: { way: string; ms: number; p50: number; p99: number; max: number }[];
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
  const isPlain = (row: Row) => row.activation === undefined && !row.inPlace;
  const float32 = found((row) => row.dtype === 'float32' && isPlain(row));
  expect(float32.sort()).toEqual(expected.sort());
  const float64 = found((row) => row.dtype === 'float64');
  const withoutLargest = expected.filter(([shape]) => shape !== '256,64,56,56');
  expect(float64.sort()).toEqual(withoutLargest.sort());
  const others = [
    found((row) => row.activation === 'relu' && !row.residual),
    found((row) => row.activation === 'relu' && row.residual === true),
    found((row) => row.activation === 'leakyRelu'),
    found((row) => row.inPlace === true),
  ];
  expect(others.map((rows) => rows.length)).toEqual([9, 4, 1, 1]);
  for (const row of others.flat()) expect(expected).toContainEqual(row);
});

test('the other layers have their goals, in both dtypes', () => {
  const cases = evaluate(
    "import { cases } from 'bench/sections/layers.mjs'; console.log(JSON.stringify(cases));",
  ) as (Row & { layer: string; groups?: number; affine?: boolean })[];
  const found = cases.map(({ layer, groups, affine, shape, memoryFormat, dtype, goals }) => {
    const words = [layer, groups ?? affine, shape.join(), memoryFormat, dtype];
    return [...words, goals.forward, goals.backward].join(' ');
  });
  const expected = ['float32', 'float64'].flatMap((dtype) => [
    ...['LayerNorm', 'RMSNorm'].flatMap((layer) =>
      ['4096,768', '512,4096'].map((shape) => `${layer}  ${shape} contiguous ${dtype} 1.3 2.6`),
    ),
    ...['contiguous', 'channelsLast'].flatMap((format) => [
      `GroupNorm 32 16,256,32,32 ${format} ${dtype} 1.5 2.8`,
      `InstanceNorm2d false 16,64,64,64 ${format} ${dtype} 1.5 2.8`,
      `InstanceNorm2d true 16,64,64,64 ${format} ${dtype} 1.5 2.8`,
    ]),
  ]);
  expect(found.sort()).toEqual(expected.sort());
});

describe('the table on tensors of up to 2^21 elements', () => {
  const { large, layers, pixels, small, fresh, threads, eventLoop, ...others } = sections(
    '--max-elements',
    String(2 ** 21),
  );

  test('has each pass of a large one as a ratio to copying it', () => {
    expect(large?.rounds).toBe(1);
    const names = large?.rows.map(({ name }) => name);
    expect(names).toEqual([
      'large (8192, 256)',
      'large (8192, 256) float64',
      'large (8192, 256) relu',
    ]);
    for (const { copyMs, ratios } of large?.rows ?? []) {
      expect(copyMs).toBeGreaterThan(0);
      expect(Object.keys(ratios)).toEqual(['eval', 'training', 'backward']);
      for (const ratio of Object.values(ratios)) expect(ratio).toBeGreaterThan(0);
    }
  });

  test('has both passes of the other layers as a ratio to copying', () => {
    expect(layers?.rows.map(({ name }) => name)).toEqual([
      'layers LayerNorm (512, 4096)',
      'layers RMSNorm (512, 4096)',
      'layers LayerNorm (512, 4096) float64',
      'layers RMSNorm (512, 4096) float64',
    ]);
    for (const { copyMs, ratios } of layers?.rows ?? []) {
      expect(copyMs).toBeGreaterThan(0);
      expect(Object.keys(ratios)).toEqual(['forward', 'backward']);
      for (const ratio of Object.values(ratios)) expect(ratio).toBeGreaterThan(0);
    }
  });

  test('has decoded images beside copying and a loop, with the goals', () => {
    const found = pixels?.rows.map(({ shape, to, goals }) => [shape.join(), to, goals]);
    expect(found).toEqual([
      ['1,224,224,3', 'CHW', { microseconds: 25, timesLoop: 10 }],
      ['1,224,224,3', 'HWC', {}],
    ]);
    for (const { microseconds, ofCopying, timesLoop } of pixels?.rows ?? []) {
      expect(microseconds).toBeGreaterThan(0);
      expect(ofCopying).toBeGreaterThan(0);
      expect(timesLoop).toBeGreaterThan(0);
    }
  });

  test('gives 1080p its share of the speed of copying', () => {
    const goals = evaluate(`
      import { cases } from 'bench/sections/pixels.mjs';
      const large = cases.filter(({ shape, to }) => shape[1] === 1080 && to === 'CHW');
      console.log(JSON.stringify(large.map(({ goals }) => goals)));
    `);
    expect(goals).toEqual([{ ofCopying: 0.6 }]);
  });

  test('has small ones in microseconds, with their goals', () => {
    const found = small?.rows.map(({ shape, pass, goal }) => [shape.join(), pass, goal]);
    expect(found).toEqual([
      ['1,64', 'eval', 1.5],
      ['1,64,28,28', 'eval', 9],
      ['32,128', 'training', 4],
    ]);
    for (const { microseconds } of small?.rows ?? []) expect(microseconds).toBeGreaterThan(0);
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
    for (const { ratio } of fresh?.rows ?? []) expect(ratio).toBeGreaterThan(0);
  });

  test('compares numbers of threads, from 1 on', () => {
    expect(threads?.rows.length).toBeGreaterThan(0);
    for (const { counts, ms, speedups } of threads?.rows ?? []) {
      expect(counts[0]).toBe(1);
      expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
      for (const pass of ['eval', 'training', 'backward']) {
        expect(ms[pass]).toHaveLength(counts.length);
        expect(speedups[pass]).toHaveLength(counts.length);
        expect(speedups[pass]?.[0]).toBe(1);
      }
    }
  });

  test('watches the event loop while calls run, in each way to make them', () => {
    expect(eventLoop?.rows.map(({ name }) => name)).toEqual([
      'event-loop BatchNorm2d eval (1, 64, 28, 28)',
    ]);
    const ways = eventLoop?.rows.flatMap(({ ways }) => ways) ?? [];
    expect(ways.map(({ way }) => way)).toEqual(['sync', 'unshared', 'unsharedOut', 'sharedOut']);
    for (const { ms, p50, p99, max } of ways) {
      expect(ms).toBeGreaterThan(0);
      // How late the timer comes is the machine's affair, and after a late one the next comes at once.
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p99);
    }
  });

  test('has a goal for the event loop in each call on 100 MB', () => {
    const cases = evaluate(
      "import { cases } from 'bench/sections/event-loop.mjs'; console.log(JSON.stringify(cases));",
    ) as Row[];
    const large = cases.filter(({ shape }) => shape.reduce((a, b) => a * b) > 2 ** 24);
    expect(large.map(({ name, goal }) => [name.split(' (')[0], goal])).toEqual([
      ['event-loop BatchNorm2d eval', 10],
      ['event-loop BatchNorm2d training', 10],
      ['event-loop LayerNorm', 10],
      ['event-loop LayerNorm of channels last', 10],
      ['event-loop Normalize of bytes', 10],
    ]);
  });

  test('has no peers and no sizes', () => {
    expect(others).toEqual({});
  });
});

test('two threads should be faster where the tensors fit L3, and no slower where they do not', () => {
  const goals = evaluate(`
    import { plain } from 'bench/cases.mjs';
    import { goalFor } from 'bench/sections/threads.mjs';
    const goal = (bytes) => goalFor(plain([1024, 256]), [{ name: 'L3', bytes }]);
    // Three tensors of a megabyte.
    console.log(JSON.stringify([goal(3 * 2 ** 20), goal(3 * 2 ** 20 - 1), goalFor(plain([1, 1]), [])]));
  `);
  expect(goals).toEqual([1.8, 1, null]);
});

test('in place results overwrite what they are made of; copying stays apart', () => {
  const changed = evaluate(`
    import { passes } from 'bench/passes.mjs';
    import { BatchNorm1d } from 'batchnorm';
    const given = [];
    for (const pass of ['forward', 'backward']) {
      const original = BatchNorm1d.prototype[pass];
      BatchNorm1d.prototype[pass] = function (input, options) {
        given.push([pass, input === options.out]);
        return original.call(this, input, options);
      };
    }
    const run = passes({ shape: [4, 3], dtype: 'float32', memoryFormat: 'contiguous', inPlace: true });
    for (const call of Object.values(run)) call();
    console.log(JSON.stringify(given));
  `);
  expect(changed).toEqual([
    ['forward', true],
    ['forward', true],
    ['backward', true],
  ]);
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
  ['--from wants a report that --save kept, not package.json', ['--from', 'package.json']],
  ['--from wants a report that --save kept, not README.md', ['--from', 'README.md']],
  ['--save cannot write: ENOENT', ['--save', 'no-such-folder/report.json']],
  ['--save cannot write: EISDIR', ['--save', 'bench']],
])('refuses: %s', (message, args) => {
  const { status, stdout, stderr } = bench(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(new RegExp(`^${message}.*\n$`));
});
