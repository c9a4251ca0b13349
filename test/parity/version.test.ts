import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const folders = ['parity', 'tensor', 'checkpoints', 'testing'].map(
  (name) => `test/${name}/fixtures`,
);
/** Those that name a PyTorch; some come from NumPy alone. */
const written = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: 'utf8', recursive: true }).map(
      (name) => `${folder}/${name}`,
    ),
  )
  .filter((file) => file.endsWith('.json'))
  .flatMap((file): [string, string][] => {
    const { torch } = JSON.parse(readFileSync(join(root, file), 'utf8'));
    return torch === undefined ? [] : [[file, torch]];
  });

test('every fixture of the layers names its PyTorch', () => {
  const parity = written.filter(([file]) => file.startsWith('test/parity/'));
  const folder = join(root, 'test/parity/fixtures');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of files) {
    expect(parity.map(([file]) => file)).toContain(`test/parity/fixtures/${name}`);
  }
  expect(parity.length).toBeGreaterThanOrEqual(14);
  expect(written.length).toBeGreaterThanOrEqual(parity.length + 3);
});

test.each(written)('%s comes from the PyTorch that README says is followed', (_, torch) => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, followed] = readme.match(/PyTorch (\d+\.\d+)'s own outputs/) ?? [];
  expect(torch.split('.').slice(0, 2).join('.')).toBe(followed);
});
