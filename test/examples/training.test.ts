import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const main = join(__dirname, '../../examples/training/main.mjs');
const folder = mkdtempSync(join(tmpdir(), 'batchnorm-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a tenth of its steps on the real digits', () => {
  const report = join(folder, 'report.html');
  const args = ['--steps', '150', '--evaluate-every', '150', '--report', report];
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  const page = readFileSync(report, 'utf8');

  const accuracy = (network: string) =>
    Number(new RegExp(`^${network} batch norm +([\\d.]+) %`, 'm').exec(stdout)?.[1]);

  test('it shows the command that it runs, with no option twice', () => {
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toBe(`$ npx batchnorm train ${args.join(' ')}`);
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

describe('what is not given', () => {
  /** The command, which does not get far without a folder of digits. */
  const command = (...args: string[]) => {
    const all = [main, ...args, '--data', join(folder, 'none')];
    return spawnSync(process.execPath, all, { encoding: 'utf8' }).stdout.split('\n')[0];
  };

  test('is 1,500 steps, and a report beside the example', () => {
    expect(command()).toMatch(/ --steps 1500 --report \S*examples[\\/]training[\\/]report\.html$/);
  });

  test('is the number of steps that a resumed run has', () => {
    expect(command('--checkpoint', folder, '--resume', '--report=r.html')).not.toContain('--steps');
  });
});

test('SIGTERM reaches the command that it runs, which keeps what there is and ends', async () => {
  const checkpoint = join(folder, 'run');
  const args = [
    main,
    '--steps=900000',
    `--checkpoint=${checkpoint}`,
    '--report',
    join(folder, 'r'),
  ];
  const example = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  example.stderr.once('data', () => example.kill('SIGTERM'));
  // Which both end when the last process that has them does.
  const [told, [status]] = await Promise.all([text(example.stderr), once(example, 'close')]);
  expect(told).toMatch(/interrupted; kept in .*run.step-\d+/);
  expect(status).toBe(143);
});
