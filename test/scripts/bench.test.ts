import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

function bench(...args: string[]) {
  const command = ['run', '--silent', 'bench', '--', ...args];
  return spawnSync('npm', command, { cwd: root, encoding: 'utf8' });
}

const rows = [
  ['32,64,56,56', 'contiguous'],
  ['32,64,56,56', 'channelsLast'],
  ['20,100,35,45', 'contiguous'],
  ['20,100,35,45', 'channelsLast'],
  ['8192,256', 'contiguous'],
];
const passes = ['eval', 'training', 'backward'];

test('npm run bench -- --json gives each pass of each case as a ratio to copying', () => {
  const { status, stdout } = bench('--rounds', '1', '--json');
  expect(status).toBe(0);
  const report = JSON.parse(stdout.slice(stdout.indexOf('{')));
  expect(report).toMatchObject({ rounds: 1, threads: 1, simdTarget: expect.any(String) });
  type Row = { shape: number[]; dtype: string; memoryFormat: string };
  const found = report.rows.map(({ shape, memoryFormat }: Row) => [shape.join(), memoryFormat]);
  expect(found).toEqual(expect.arrayContaining(rows));
  for (const row of report.rows) {
    expect(row.dtype).toBe('float32');
    expect(row.copyMs).toBeGreaterThan(0);
    expect(Object.keys(row.ratios)).toEqual(passes);
    // A pass that did nothing would take no time beside a copy of megabytes.
    for (const pass of passes) expect(row.ratios[pass]).toBeGreaterThan(0.05);
  }
});

test('npm run bench prints a line for each case, and the goals', () => {
  const { status, stdout } = bench('--rounds', '1');
  expect(status).toBe(0);
  for (const [shape = '', format] of rows) {
    const start = `(${shape.replaceAll(',', ', ')})`;
    const line = stdout
      .split('\n')
      .find((l) => l.startsWith(`${start} `) && l.includes(` ${format} `));
    expect(line).toMatch(/( +\d+\.\d+){2}( +\d+\.\d+( missed)?){3}$/);
  }
  expect(stdout).toMatch(/eval \(1\.6\) +training \(3\.2\) +backward \(4\.5\)/);
});

test('npm run bench refuses a number of rounds that is none', () => {
  const { status, stderr } = bench('--rounds', 'few');
  expect(stderr).toBe('--rounds should be a positive integer, got few\n');
  expect(status).not.toBe(0);
});
