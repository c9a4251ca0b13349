import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(__dirname, '../../examples/training/main.mjs');

describe('a tenth of its steps on the real digits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-training-'));
  const report = join(folder, 'report.html');
  const args = ['--steps', '150', '--evaluate-every', '150', '--report', report];
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  const page = readFileSync(report, 'utf8');
  afterAll(() => rmSync(folder, { recursive: true }));

  const accuracy = (network: string) =>
    Number(new RegExp(`^${network} batch norm +([\\d.]+) %`, 'm').exec(stdout)?.[1]);

  test('it shows the command that it runs, with its own options first', () => {
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^\$ npx batchnorm train --steps 1500 --report \S*examples\/training\/report\.html --steps 150 /,
    );
  });

  test('with batch norm a network reads, where the other has not begun', () => {
    expect(accuracy('with')).toBeGreaterThan(80);
    expect(accuracy('without')).toBeLessThan(30);
  });

  test('the report is where it says', () => {
    expect(stdout).toContain(`\nreport: ${report}\n`);
    expect(page).toMatch(/^<!doctype html>/);
  });
});
