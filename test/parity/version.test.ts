import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const folders = ['test/parity/fixtures', 'test/tensor/fixtures', 'test/checkpoints/fixtures'];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}/${name}`),
);

test('there are fixtures of every kind', () => {
  expect(files.length).toBeGreaterThanOrEqual(16);
});

test.each(files)('%s comes from the PyTorch that README says is followed', (file) => {
  const { torch } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, followed] = readme.match(/PyTorch (\d+\.\d+)'s own outputs/) ?? [];
  expect(torch.split('.').slice(0, 2).join('.')).toBe(followed);
});
