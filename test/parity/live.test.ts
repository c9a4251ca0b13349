import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const script = join(__dirname, '..', '..', 'scripts', 'parity.mjs');

test('npm run parity says how to get PyTorch where there is none', () => {
  const env = { ...process.env, PYTHON: '/nowhere/python' };
  const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('tried /nowhere/python');
  expect(stderr).toContain('apt-get install python3-torch');
  expect(stderr).toContain('pip install torch');
});
