import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npy } from '../formats/files';
import { batchnorm, expectRefused, Folder, json } from './command';
import { pattern, plain } from './images';

const folder = new Folder();
const at = (name: string) => join(folder.path, name);

/** Reads every part of the data set in a file of its own, and returns their names. */
async function splitInto(parts: number, input: string, prefix: string): Promise<string[]> {
  const names = Array.from({ length: parts }, (_, i) => `${prefix}-${i + 1}.json`);
  for (const [i, name] of names.entries()) {
    const part = ['--part', `${i + 1}/${parts}`, '-o', name];
    await batchnorm(['stats', input, ...part], folder.path);
  }
  return names;
}

const resultOf = (args: string[]) => batchnorm([...args, '--json'], folder.path);

beforeAll(async () => {
  for (let i = 0; i < 13; i++) {
    await pattern(i, 8 + i, 20 - i)
      .png()
      .toFile(folder.file(`images/${i}.png`));
  }
  const elements = Float32Array.from({ length: 900_000 }, (_, i) => Math.sin(i) * 100);
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (300000, 3), }";
  folder.file('array.npy', npy(text, elements));
});

describe.each([1, 2, 3, 5, 13, 20])('%d parts', (parts) => {
  test.each(['images', 'array.npy'])(
    'of %s, in any order, give the bits of one run',
    async (input) => {
      const whole = await resultOf(['stats', input]);
      const names = await splitInto(parts, input, `${parts}-${input}`);
      expect(whole).toMatchObject({ status: 0, stderr: '' });
      expect(await resultOf(['merge', ...names])).toEqual(whole);
      expect(await resultOf(['merge', ...names.reverse()])).toEqual(whole);
    },
  );
});

test('a part without files says so, and names no mean', async () => {
  const args = ['stats', 'images', '--part', '1/20', '-o', 'part-1-of-20.json'];
  const { status, stdout } = await batchnorm(args, folder.path);
  expect([status, stdout]).toEqual([0, 'part 1 of 20 of 13 images: no values\n']);
  expect(await json(args, folder.path)).toMatchObject({ count: 0, normalize: null });
});

test('files that cannot be read count in parts as in one run', async () => {
  folder.file('broken/a.png', readFileSync(at('images/1.png')));
  folder.file('broken/b.png', 'no image');
  folder.file('broken/c.png', readFileSync(at('images/2.png')));
  folder.file('broken/d.png', 'no image');
  const whole = await resultOf(['stats', 'broken']);
  expect(whole.status).toBe(1);
  const names = await splitInto(3, 'broken', 'broken');
  expect(await resultOf(['merge', ...names])).toEqual(whole);
});

test('a folder elsewhere is the same data set', async () => {
  for (let i = 0; i < 13; i++) {
    folder.file(`moved/far/${i}.png`, readFileSync(at(`images/${i}.png`)));
  }
  const part = (input: string, index: number) =>
    batchnorm(['stats', input, '--part', `${index}/2`, '-o', `moved-${index}.json`], folder.path);
  await part('images', 1);
  await part(at('moved/far'), 2);
  const merged = await resultOf(['merge', 'moved-1.json', 'moved-2.json']);
  expect(merged).toEqual(await resultOf(['stats', 'images']));
});

test('a part says what it is', async () => {
  const { status, stdout } = await batchnorm(
    ['stats', 'images', '--part', '2/3', '-o', 'part.json'],
    folder.path,
  );
  expect(status).toBe(0);
  expect(stdout).toMatch(/^part 2 of 3 of 13 images: \d+ values a channel\n/);
  const found = await json(['stats', 'images', '--part', '2/3', '-o', 'part.json'], folder.path);
  expect(found.part).toBe('2/3');
});

test('a whole result can be kept and shown again', async () => {
  const whole = await resultOf(['stats', 'images', '--save', 'whole.json']);
  expect(await resultOf(['merge', 'whole.json'])).toEqual(whole);
});

describe('merge refuses', () => {
  beforeAll(async () => {
    await splitInto(3, 'images', 'refused');
    await plain(1, 2, 3).png().toFile(folder.file('other/0.png'));
    await splitInto(3, 'other', 'foreign');
  });

  const [first, second, third] = [1, 2, 3].map((i) => `refused-${i}.json`) as [
    string,
    string,
    string,
  ];

  test.each<[string, string[], string]>([
    ['nothing', [], "missing required argument 'parts'"],
    ['a missing file', ['none.json'], 'no such file: none.json'],
    ['a missing part', [first, third], '1 of 3 parts is missing: 2'],
    ['missing parts', [second], '2 of 3 parts are missing: 1, 3'],
    ['a part twice', [first, second, third, first], `${first} and ${first} are both part 1`],
    [
      'a part of something else',
      [first, second, 'foreign-3.json'],
      `foreign-3.json is of another data set than ${first}: the number of files is 1 there and 13 here`,
    ],
    ['a part of another split', [first, '2-images-1.json'], 'is one of 2 parts, '],
    ['another file', ['array.npy'], 'array.npy was not written by batchnorm stats: '],
  ])('%s', async (_, args, message) => {
    await expectRefused(['merge', ...args], message, folder.path);
  });

  test('the same files of other sizes', async () => {
    for (let i = 0; i < 13; i++) {
      folder.file(`changed/${i}.png`, readFileSync(at(`images/${(i + 1) % 13}.png`)));
    }
    await splitInto(3, 'changed', 'changed');
    const message = "is of another data set than refused-1.json: the files' names, sizes";
    await expectRefused(['merge', first, 'changed-2.json', third], message, folder.path);
  });

  test('the same files converted in another way', async () => {
    const args = ['stats', 'images', '--part', '2/3', '-o', 'grey.json', '--channels', '1'];
    await batchnorm(args, folder.path);
    const message = 'the number of channels is 1 there and that of each image here';
    await expectRefused(['merge', first, 'grey.json', third], message, folder.path);
  });

  describe('a file that was tampered with', () => {
    const good = () => JSON.parse(readFileSync(at(first), 'utf8'));
    type Content = ReturnType<typeof good>;
    const withNode = (change: (node: Content) => unknown) => (content: Content) => {
      change(content.nodes[0]);
      return content;
    };

    test.each<[string, (content: Content) => unknown, string]>([
      ['to be null', () => null, 'the file is no object'],
      ['in its type', (content) => ({ ...content, type: 'x' }), 'its type is not'],
      ['in its version', (content) => ({ ...content, version: 2 }), 'its version is not 1'],
      ['in its part', (content) => ({ ...content, part: '4/3' }), '--part should be i/n'],
      ['in its leaves', (content) => ({ ...content, leaves: -1 }), 'leaves is no integer'],
      ['to have no nodes', (content) => ({ ...content, nodes: {} }), 'nodes is no array'],
      ['in a node', withNode((node) => Object.assign(node, { leaves: 3 })), 'does not fit'],
      [
        'in where a node is',
        withNode((node) => Object.assign(node, { first: 12 })),
        'does not fit',
      ],
      [
        'in a mean',
        withNode((node) => Object.assign(node.moments, { mean: [0] })),
        'of 3 channels',
      ],
      [
        'to have a node twice',
        (content) => ({ ...content, nodes: [...content.nodes, content.nodes[0]] }),
        'are in the tree already',
      ],
      ['in what was skipped', (content) => ({ ...content, skipped: [{}] }), 'leaf is no integer'],
    ])('%s', async (_, tamper, message) => {
      writeFileSync(at('tampered.json'), JSON.stringify(tamper(good())));
      await expectRefused(['merge', 'tampered.json'], message, folder.path);
    });

    test('to be cut off', async () => {
      const text = readFileSync(at(first), 'utf8');
      writeFileSync(at('tampered.json'), text.slice(0, text.length / 2));
      await expectRefused(['merge', 'tampered.json'], 'was not written by', folder.path);
    });
  });
});
