import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { batchnorm, Folder, json } from './command';
import { pattern, plain } from './images';

const folder = new Folder();
const stats = (...args: string[]) => json(['stats', ...args], folder.path);

/** A grey image with a pattern that its number decides. */
function grey(number: number): sharp.Sharp {
  const data = Uint8Array.from({ length: 96 }, (_, i) => (i * i * (number + 3)) % 251);
  return sharp(data, { raw: { width: 12, height: 8, channels: 1 } }).toColourspace('b-w');
}

beforeAll(async () => {
  // Colours at the end, in the middle and at the beginning, by name.
  for (const [name, colour] of [
    ['last', 8],
    ['middle', 4],
    ['first', 0],
  ] as const) {
    for (let i = 0; i < 9; i++) {
      const image = i === colour ? pattern(1, 10, 6) : grey(i === 0 ? colour : i);
      await image.png().toFile(folder.file(`${name}/${i}.png`));
    }
  }
  for (let i = 0; i < 9; i++)
    await grey(i)
      .png()
      .toFile(folder.file(`grey/${i}.png`));
});

describe('one image in colour among grey ones', () => {
  test('makes all of them count as colours, whatever their names', async () => {
    const whole = await stats('last');
    expect(whole).toMatchObject({ channels: 3, files: 9, filesRead: 9, skipped: [] });
    // The same files by other names, and so in another order: the same but for the last digits.
    for (const name of ['middle', 'first']) {
      const other = await stats(name);
      expect(other.count).toBe(whole.count);
      for (const c of [0, 1, 2]) {
        expect(other.mean[c]).toBeCloseTo(whole.mean[c], 14);
        expect(other.variance[c]).toBeCloseTo(whole.variance[c], 14);
        expect(other.min[c]).toBe(whole.min[c]);
      }
    }
  });

  test('gives what a conversion of all to colours gives', async () => {
    const { mean, variance, min, max } = await stats('middle', '--channels', '3');
    const found = await stats('middle');
    expect(found).toMatchObject({ min, max });
    for (const c of [0, 1, 2]) {
      expect(found.mean[c]).toBeCloseTo(mean[c], 14);
      expect(found.variance[c]).toBeCloseTo(variance[c], 14);
    }
  });

  test('gives the same bits in parts that have none, and resumed', async () => {
    for (const name of ['last', 'middle', 'first']) {
      const whole = await stats(name);
      for (const parts of [2, 3, 9]) {
        const files = Array.from({ length: parts }, (_, i) => `${name}-${i + 1}.json`);
        for (const [i, file] of files.entries()) {
          await batchnorm(['stats', name, '--part', `${i + 1}/${parts}`, '-o', file], folder.path);
        }
        expect(await json(['merge', ...files], folder.path)).toEqual(whole);
        expect(await json(['merge', ...files.reverse()], folder.path)).toEqual(whole);
      }
    }
  });

  test('a part without any prints one channel, and its merge three', async () => {
    const args = ['--part', '1/3', '-o', 'p.json'];
    expect(await stats('last', ...args)).toMatchObject({ channels: 1 });
    expect(await stats('last')).toMatchObject({ channels: 3 });
  });

  test('a run that is resumed after the grey ones gives the same bits', async () => {
    const whole = await stats('last');
    await stats('last', '--resume', 'state.json');
    const content = JSON.parse(readFileSync(join(folder.path, 'state.json'), 'utf8'));
    const eight = content.nodes.filter(({ first }: { first: number }) => first < 8);
    expect(eight).toMatchObject([{ leaves: 8, moments: { channels: 1 } }]);
    folder.file('state.json', JSON.stringify({ ...content, nodes: eight }));
    expect(await stats('last', '--resume', 'state.json')).toEqual(whole);
  });
});

test('grey images alone have one channel, also where one cannot be read', async () => {
  expect(await stats('grey')).toMatchObject({ channels: 1, filesRead: 9 });
  folder.file('grey/00.png', 'no image');
  const { status, stdout } = await batchnorm(['stats', 'grey'], folder.path);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^9 of 10 images: 864 values a channel\n/);
  expect(stdout).toMatch(/Normalize\(mean=\[[\d.]+\], /);
});

test('grey of 16 bits and colours of 8 are one data set', async () => {
  const deep = new Uint16Array(16).fill(13107);
  await sharp(deep, { raw: { width: 4, height: 4, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(folder.file('bits/a.png'));
  await plain(255, 0, 51).png().toFile(folder.file('bits/b.png'));
  const { mean } = await stats('bits');
  expect(mean).toEqual([0.6, 0.1, 0.2].map((value) => expect.closeTo(value, 14)));
});
