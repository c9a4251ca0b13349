import sharp from 'sharp';
import { batchnorm, Folder, json } from './command';
import { plain } from './images';
import { tiff } from './tiff';

const folder = new Folder();
const stats = (...args: string[]) => json(['stats', ...args], folder.path);

/** A grey TIFF with more bands, as sharp writes it. */
function greyWith(bands: number): Promise<Buffer> {
  const raw = { raw: { width: 4, height: 4, channels: 1 } } as const;
  const band = (i: number) => Buffer.alloc(16, 10 * (i + 1));
  return sharp(band(0), raw)
    .joinChannel(
      Array.from({ length: bands - 1 }, (_, i) => band(i + 1)),
      raw,
    )
    .toColourspace('b-w')
    .tiff({ compression: 'none' })
    .toBuffer();
}

async function expectNamed(file: Buffer, bands: number): Promise<void> {
  folder.file('bands/odd.tif', file);
  folder.file('bands/plain.tif', tiff({ bands: 3, photometric: 'rgb' }));
  const { status, stdout, stderr } = await batchnorm(['stats', 'bands', '--json'], folder.path);
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`^skipped odd\\.tif: has ${bands} bands \\(`));
  expect(JSON.parse(stdout)).toMatchObject({ channels: 3, count: 16, filesRead: 1 });
  const args = ['normalize', 'bands/odd.tif', '-o', 'x.npy', '--mean', '0.5', '--std', '0.5'];
  const normalized = await batchnorm(args, folder.path);
  expect(normalized.status).toBe(2);
  expect(normalized.stderr).toContain(`has ${bands} bands`);
}

describe('a TIFF names its bands, none of which is dropped, where it has', () => {
  test.each([3, 4, 5])('%d of them, the first grey, as sharp writes it', async (bands) => {
    await expectNamed(await greyWith(bands), bands);
  });

  test.each([8, 16] as const)('bands of %d bits', async (bits) => {
    for (const bands of [3, 4, 5]) {
      const extraSamples = Array(bands - 1).fill(0);
      await expectNamed(tiff({ bands, bits, photometric: 'minIsBlack', extraSamples }), bands);
      // What they are is often not said.
      await expectNamed(tiff({ bands, bits, photometric: 'minIsBlack' }), bands);
    }
  });

  test.each([
    [4, [0]],
    [5, [0, 0]],
    [5, [2, 0]],
    [4, []],
  ])('red, green and blue among %d bands, the others %j', async (bands, extraSamples) => {
    await expectNamed(tiff({ bands, photometric: 'rgb', extraSamples }), bands);
    await expectNamed(tiff({ bands, photometric: 'rgb', extraSamples, isBig: true }), bands);
  });

  test('grey and one band of which it does not say that it is alpha', async () => {
    await expectNamed(tiff({ bands: 2, photometric: 'minIsBlack', extraSamples: [0] }), 2);
  });
});

describe('bands that say what they are count', () => {
  test.each([[false], [true]])('alpha is left out (BigTIFF: %p)', async (isBig) => {
    for (const alpha of [2]) {
      const of = { extraSamples: [alpha], isBig };
      folder.file('rgba.tif', tiff({ bands: 4, photometric: 'rgb', ...of }));
      expect((await stats('rgba.tif')).mean).toEqual([10 / 255, 20 / 255, 30 / 255]);
      folder.file('grey-alpha.tif', tiff({ bands: 2, photometric: 'minIsBlack', ...of }));
      expect((await stats('grey-alpha.tif')).mean).toEqual([10 / 255]);
    }
  });

  test('premultiplied alpha is left out of colours that are divided by it', async () => {
    folder.file('premultiplied.tif', tiff({ bands: 4, photometric: 'rgb', extraSamples: [1] }));
    const { channels, mean } = await stats('premultiplied.tif');
    expect([channels, ...mean]).toEqual([3, 63 / 255, 127 / 255, 191 / 255]);
  });

  test('four of CMYK come to three', async () => {
    folder.file('cmyk.tif', tiff({ bands: 4, photometric: 'cmyk' }));
    await plain(10, 200, 30)
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toFile(folder.file('cmyk.jpg'));
    expect(await stats('cmyk.tif')).toMatchObject({ channels: 3, count: 16 });
    const { channels, mean } = await stats('cmyk.jpg');
    expect(channels).toBe(3);
    expect(mean[1]).toBeGreaterThan(0.5);
  });

  test('a palette is its colours, an image of one bit is grey', async () => {
    await plain(10, 200, 30).png({ palette: true }).toFile(folder.file('palette.png'));
    expect((await stats('palette.png')).mean).toEqual([10 / 255, 200 / 255, 30 / 255]);
    await plain(255)
      .toColourspace('b-w')
      .tiff({ bitdepth: 1, compression: 'none' })
      .toFile(folder.file('bit.tif'));
    expect(await stats('bit.tif')).toMatchObject({ channels: 1, mean: [1] });
  });

  test('grey of 16 bits with alpha keeps them', async () => {
    const data = new Uint16Array(32).map((_, i) => (i % 2 === 0 ? 1000 : 65535));
    await sharp(data, { raw: { width: 4, height: 4, channels: 2 } })
      .toColourspace('grey16')
      .png()
      .toFile(folder.file('deep.png'));
    expect(await stats('deep.png')).toMatchObject({ channels: 1, min: [1000 / 65535] });
  });
});

describe('of several pages or frames', () => {
  const [red, blue] = [Buffer.alloc(48), Buffer.alloc(48)];
  for (let i = 0; i < 16; i++) red[3 * i] = blue[3 * i + 2] = 255;
  const frames = () =>
    sharp(Buffer.concat([red, blue]), {
      raw: { width: 4, height: 8, channels: 3, pageHeight: 4 },
    });

  test('the first counts, and it is said how many files have them', async () => {
    await frames().webp({ lossless: true }).toFile(folder.file('frames/a.webp'));
    await frames().gif().toFile(folder.file('frames/b.gif'));
    await plain(255, 0, 0).png().toFile(folder.file('frames/c.png'));
    const args = ['stats', 'frames/a.webp', 'frames/b.gif', 'frames/c.png'];
    const { status, stdout, stderr } = await batchnorm(args, folder.path);
    expect([status, stderr.split('\n')[0]]).toEqual([
      0,
      '2 of 3 images have several pages or frames: the first counts',
    ]);
    expect(stdout).toContain('Normalize(mean=[1.0000, 0, 0]');
    const parts = ['1/2', '2/2'].map((part) => [...args, '--part', part, '-o', `${part[0]}.json`]);
    for (const part of parts) await batchnorm(part, folder.path);
    const merged = await json(['merge', '1.json', '2.json'], folder.path);
    expect(merged).toMatchObject({ severalPages: 2, mean: [1, 0, 0] });
  });
});
