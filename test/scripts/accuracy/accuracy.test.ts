import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { root } from '../bench/bench';
import { report } from './report';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-accuracy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `npm run accuracy -- ARGUMENTS` does; the addon is there when tests run. */
function accuracy(...args: string[]) {
  const command = ['bench/accuracy/main.mjs', ...args];
  return spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
}

describe('npm run accuracy', () => {
  test('measures ours, names each case on the way, and prints tables', () => {
    const saved = join(folder, 'quick.json');
    const args = ['--quick', '--only', 'BatchNorm, eval', '--max-size', '100', '--save', saved];
    const { status, stdout, stderr } = accuracy(...args);
    expect(stderr.split('\n')[0]).toBe('BatchNorm, eval, contiguous, 10 to a mean, offset 0');
    expect(stdout).toMatch(/^BatchNorm, eval +output +0\.\d$/m);
    expect(stdout).not.toMatch(/LayerNorm/);
    expect(JSON.parse(readFileSync(saved, 'utf8')).rows).toHaveLength(12);
    expect(status).toBe(0);
  });

  test('says what it takes', () => {
    const { status, stdout } = accuracy('--help');
    for (const option of ['--peers', '--quick', '--write', '--only TEXT', '--from FILE']) {
      expect(stdout).toContain(option);
    }
    expect(status).toBe(0);
  });

  test.each([
    [['--only', 'nothing'], 'no case is of that name and size'],
    [['--max-size', 'many'], '--max-size should be a positive integer, got many'],
    [['--from', 'x', '--quick'], '--from measures nothing: --quick does not go with it'],
    [['--from', 'package.json'], '--from wants a report that --save kept, not package.json'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    const { status, stdout, stderr } = accuracy(...args);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('the document of a report', () => {
  const file = join(folder, 'report.json');
  const docs = join(folder, 'docs');
  writeFileSync(file, JSON.stringify(report));
  const { status, stderr } = accuracy('--from', file, '--write', '--docs', docs);
  if (status !== 0) throw new Error(stderr);
  const read = (name: string) => readFileSync(join(docs, name), 'utf8');
  const lines = read('accuracy.md').split('\n');

  test('names the machine, the versions and the command that repeats it', () => {
    expect(lines).toContain('- batchnorm 1.2.3, AVX2; Node.js v20.17.0; Linux 6 x64');
    expect(lines).toContain('- Other 7; Other on 2 threads; one thread unless a title says more');
    expect(lines.join(' ')).toMatch(
      /^# Accuracy .*Each of 11 results of .* is within \*\*1.5 ulps\*\*/,
    );
    expect(lines.join(' ')).toContain('then `npm run accuracy -- --write`');
  });

  test('has a line for each layer, and marks those that are as good or better', () => {
    for (const line of [
      '| layer | result | batchnorm 1.2.3 | Other 7 |',
      '| BatchNorm, training | output | 1.5 | 25,000 |',
      '| BatchNorm, training | gradients | 0.8 | - |',
      '| BatchNorm, training | running statistics | 0.5 | not finite |',
      '| RMSNorm | output | 1.5 | **1.2 better** |',
      '| RMSNorm | gradients | 0.3 | **0.9 as good** |',
      // Ours is better or as good in the others.
      '| Other 7 | 7 | 14 % | 43 % | 43 % |',
      '| BatchNorm, training | output | 10³ | 1.5 | 25,000 |',
      '| channels last | 10⁴ | 10³ | 1.0000 | 1 | NaN | 80.5 |',
      '- Other 7: has no LayerNorm (LayerNorm)',
      '- Absent: npm install it',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('shows both charts, which are whole and have a line for each library', () => {
    for (const name of ['error-against-offset.svg', 'running-variance.svg']) {
      expect(lines.some((line) => line.endsWith(`](${name})`))).toBe(true);
      const parser = new DOMParser({ onError: onErrorStopParsing });
      const elements = [
        ...parser.parseFromString(read(name), 'image/svg+xml').getElementsByTagName('*'),
      ];
      const texts = elements
        .filter(({ tagName }) => tagName === 'text')
        .map((one) => one.textContent);
      expect(texts).toEqual(expect.arrayContaining(['batchnorm']));
    }
    expect(read('error-against-offset.svg')).toContain('library: Other"');
    expect(read('running-variance.svg')).toContain('variance: 80.5; library: Other, 2 threads"');
  });

  test('is of ours alone if nothing else was measured', () => {
    const alone = { ...report, entrants: report.entrants.slice(0, 1), rows: report.rows.map(ours) };
    writeFileSync(file, JSON.stringify(alone));
    const written = accuracy('--from', file, '--write', '--docs', join(folder, 'alone'));
    expect(written.status).toBe(0);
    expect(existsSync(join(folder, 'alone/error-against-offset.svg'))).toBe(true);
    expect(readFileSync(join(folder, 'alone/accuracy.md'), 'utf8')).not.toContain('Who is as good');
  });
});

function ours<Row extends { answers: unknown[] }>(row: Row) {
  return { ...row, answers: row.answers.slice(0, 1) };
}
