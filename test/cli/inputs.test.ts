import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { batchnorm, expectRefused, Folder, json, main } from './command';
import { pattern } from './images';

const folder = new Folder();
const stats = (...args: string[]) => json(['stats', ...args], folder.path);
const at = (name: string) => join(folder.path, name);

beforeAll(async () => {
  const image = await pattern(1, 12, 8).png().toBuffer();
  for (const name of ['a.png', 'b (1).png', 'c_mask.png', 'thumbs/a.png', 'deep/thumbs/x/b.png']) {
    folder.file(`photos/${name}`, image);
  }
  for (const name of ['d.gif', 'e.bmp', 'f.BMP', 'README', 'deep/g.gif', 'deep/h.gif']) {
    folder.file(`photos/${name}`, 'x');
  }
  for (const name of ['._a.png', 'deep/._b.png', '.DS_Store', 'Thumbs.db']) {
    folder.file(`photos/${name}`, 'resource fork');
  }
});

describe('what is passed over', () => {
  test('is counted and said, by how it ends', async () => {
    const { status, stdout, stderr } = await batchnorm(['stats', 'photos'], folder.path);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^5 images: /);
    expect(stderr).toBe(
      'passed over 6 files that are no image or array by name: 3 .gif, 2 .bmp, 1 without an ending\n',
    );
  });

  test('is counted in the JSON, which has it in its place', async () => {
    const { passedOver } = await stats('photos');
    expect(passedOver).toEqual({ '.gif': 3, '.bmp': 2, '': 1 });
    expect(await stats('photos/a.png')).not.toHaveProperty('passedOver');
  });

  test('is counted in globs too', async () => {
    const { stderr } = await batchnorm(['stats', 'photos/*'], folder.path);
    expect(stderr).toContain('passed over 4 files that are no image or array by name: 2 .bmp');
  });

  test('is told where there is nothing else', async () => {
    folder.file('only/a.gif', 'x');
    await expectRefused(['stats', 'only'], '(...-idx3-ubyte, .idx), but 1 .gif', folder.path);
  });

  test('is nothing that a system leaves beside files', async () => {
    expect(await stats('photos')).toMatchObject({ files: 5, filesRead: 5 });
    folder.file('list.txt', 'photos/a.png\nphotos/._a.png\n');
    expect(await stats('--files-from', 'list.txt')).toMatchObject({ files: 1 });
    const { stderr } = await batchnorm(['stats', 'photos/._a.png'], folder.path);
    expect(stderr).toMatch(/^skipped \._a\.png: /); // named, so it is read
  });
});

describe('--files-from', () => {
  test('reads a path a line, with either end of lines, whatever is in it', async () => {
    folder.file('list.txt', 'photos/a.png\r\n\nphotos/b (1).png\nphotos/deep\n');
    expect(await stats('--files-from', 'list.txt')).toMatchObject({ files: 3 });
    expect(await stats('photos/c_mask.png', '--files-from', 'list.txt')).toMatchObject({
      files: 4,
    });
  });

  test('takes no path for a glob', async () => {
    folder.file('list.txt', 'photos/*.png\n');
    const message = 'no such file or folder: photos/*.png';
    await expectRefused(['stats', '--files-from', 'list.txt'], message, folder.path);
  });

  test.each([
    ['lines', 'photos/a.png\nphotos/b (1).png\n'],
    ['what find -print0 writes', 'photos/a.png\0photos/b (1).png\0'],
  ])('- reads standard input: %s', (_, input) => {
    const args = [main, 'stats', '--files-from', '-', '--json'];
    const options = { cwd: folder.path, input, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ files: 2 });
  });

  test.each([
    ['none.txt', 'cannot read --files-from none.txt: ENOENT'],
    ['empty.txt', '--files-from empty.txt names no files'],
  ])('%s is refused', async (file, message) => {
    folder.file('empty.txt', '\n');
    await expectRefused(['stats', '--files-from', file], message, folder.path);
  });
});

describe('--exclude', () => {
  test.each<[string, string[], number]>([
    ['a name', ['a.png'], 3],
    ['a glob of names', ['*_mask.png'], 4],
    ['a folder, wherever it is', ['thumbs'], 3],
    ['a folder with its slash', ['thumbs/'], 3],
    ['a path from where the search began', ['deep/thumbs'], 4],
    ['the end of a path', ['thumbs/x'], 4],
    ['a path with a glob', ['**/x/*.png'], 4],
    ['several', ['thumbs', '*_mask.png'], 2],
    ['nothing', ['no-such-name'], 5],
  ])('leaves out %s', async (_, patterns, files) => {
    const options = patterns.flatMap((pattern) => ['--exclude', pattern]);
    expect(await stats('photos', ...options)).toMatchObject({ files });
    expect(await stats(at('photos'), ...options)).toMatchObject({ files });
  });

  test('holds for named files, globs and lists, and for what is passed over', async () => {
    folder.file('list.txt', 'photos/thumbs/a.png\nphotos/a.png\n');
    const exclude = ['--exclude', 'thumbs', '--exclude', '*.gif', '--exclude', 'README'];
    expect(await stats('--files-from', 'list.txt', ...exclude)).toMatchObject({ files: 1 });
    expect(await stats('photos/thumbs/a.png', 'photos/a.png', ...exclude)).toMatchObject({
      files: 1,
    });
    expect(await stats('photos/**/*.png', ...exclude)).toMatchObject({ files: 3 });
    const { stderr } = await batchnorm(['stats', 'photos', ...exclude], folder.path);
    expect(stderr).toBe('passed over 2 files that are no image or array by name: 2 .bmp\n');
  });

  test('of everything is refused', async () => {
    const args = ['stats', 'photos', '--exclude', '*.png'];
    await expectRefused(args, '--exclude leaves none of ', folder.path);
  });

  test('finds a way out of two kinds of files', async () => {
    folder.file('mixed/a.png', await pattern(1, 4, 4).png().toBuffer());
    folder.file('mixed/labels.npy', 'x');
    await expectRefused(['stats', 'mixed'], '--exclude leaves files out', folder.path);
    expect(await stats('mixed', '--exclude', '*.npy')).toMatchObject({ kind: 'images', files: 1 });
  });
});

test('--quiet says what was skipped, and nothing else', async () => {
  folder.file('quiet/a.png', await pattern(1, 4, 4).png().toBuffer());
  folder.file('quiet/b.png', 'no image');
  folder.file('quiet/c.gif', 'x');
  const { status, stdout, stderr } = await batchnorm(['stats', 'quiet', '-q'], folder.path);
  expect([status, stdout.split('\n')[0]]).toEqual([1, '1 of 2 images: 16 values a channel']);
  expect(stderr).toMatch(/^skipped b\.png: [^\n]+\nskipped 1 of 2 files\n$/);
});
