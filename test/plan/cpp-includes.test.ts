import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Each folder of cpp/, and those that it may include besides itself; '' is cpp/ itself. */
const plan: Record<string, string[]> = {
  threads: [],
  layout: [],
  simd: ['layout'],
  numerics: ['layout'],
  kernels: ['layout', 'simd', 'numerics'],
  passes: ['layout', 'simd', 'numerics', 'kernels', 'threads'],
  images: ['layout', 'simd', 'kernels', 'threads'],
  '': ['layout', 'simd', 'numerics', 'kernels', 'passes', 'threads'],
};

/** What binding/ may include of cpp/: what a user's call comes to, and the words for it. */
const forBinding = ['', 'images', 'layout', 'numerics', 'simd', 'threads'];

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(h|cc)$/.test(file))
    .map((file) => `${folder}/${file}`);
}

const folderOf = (file: string) => file.split('/').slice(1, -1).join('/');

/** The folders of cpp/ that a file includes, as arrows. */
function arrowsOf(file: string): { file: string; to: string }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/#include "(cpp\/[^"]+)"/g)].map(([, included = '']) => ({
    file,
    to: folderOf(included),
  }));
}

const kernels = filesIn('cpp').filter((file) => !/_test\.cc$|^cpp\/testing\//.test(file));

test('no folder of cpp/ includes what the plan does not let it', () => {
  const arrows = kernels.flatMap(arrowsOf);
  expect(arrows.length).toBeGreaterThan(150);
  const against = arrows.filter(({ file, to }) => {
    const from = folderOf(file);
    return from !== to && !plan[from]?.includes(to);
  });
  expect(against.map(({ file, to }) => `${file} -> ${to}`)).toEqual([]);
});

test('every folder is in the plan, which has no circle', () => {
  expect(new Set(kernels.map(folderOf))).toEqual(new Set(Object.keys(plan)));
  const reach = (from: string, seen: string[] = []): string[] =>
    seen.includes(from) ? [from] : (plan[from] ?? []).flatMap((to) => reach(to, [...seen, from]));
  expect(Object.keys(plan).flatMap((folder) => reach(folder))).toEqual([]);
});

test('binding/ includes neither kernels nor passes', () => {
  const arrows = filesIn('binding').flatMap(arrowsOf);
  expect(arrows.filter(({ to }) => !forBinding.includes(to))).toEqual([]);
});

test('cpp/ itself holds what a call comes to, and little else', () => {
  expect(kernels.filter((file) => folderOf(file) === '').length).toBeLessThanOrEqual(24);
});
