import { loadNpy } from 'batchnorm';
import sharp from 'sharp';
import { batchnorm, expectRefused, Folder, json } from './command';
import { plain } from './images';

const folder = new Folder();
const stats = (...args: string[]) => json(['stats', ...args], folder.path);

/** The left half is red, the right one blue. */
function halves(width: number, height: number): sharp.Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const isLeft = Math.floor(i / 3) % width < width / 2;
    return (i % 3 === 0 && isLeft) || (i % 3 === 2 && !isLeft) ? 255 : 0;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const turned = (image: sharp.Sharp, orientation: number) =>
  image.withMetadata({ orientation }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' });

beforeAll(async () => {
  await halves(60, 40).png().toFile(folder.file('wide.png'));
  await halves(40, 61).png().toFile(folder.file('tall.png'));
  // Red is at the top once it is turned.
  await turned(halves(64, 32), 6).toFile(folder.file('turned.jpg'));
  await plain(200, 100, 50, 0).png().toFile(folder.file('clear.png'));
});

describe('--resize and --crop', () => {
  test.each<[string, string[], number]>([
    ['wide.png', ['--resize', '20'], 30 * 20],
    ['tall.png', ['--resize', '20'], 20 * 30], // 30.5, cut as torchvision does
    ['wide.png', ['--resize', '10x20'], 10 * 20],
    ['wide.png', ['--crop', '8'], 8 * 8],
    ['wide.png', ['--crop', '60x4'], 60 * 4],
    ['wide.png', ['--resize', '32', '--crop', '32'], 32 * 32],
  ])('of %s by %j count so many pixels', async (file, options, count) => {
    expect(await stats(file, ...options)).toMatchObject({ count });
  });

  test('the middle is cut out', async () => {
    const { mean } = await stats('wide.png', '--crop', '10');
    expect(mean).toEqual([expect.closeTo(0.5, 14), 0, expect.closeTo(0.5, 14)]);
  });

  test('what is transparent keeps its colours', async () => {
    const { mean } = await stats('clear.png', '--resize', '2');
    expect(mean).toEqual([200, 100, 50].map((value) => expect.closeTo(value / 255, 14)));
  });

  test('values of 16 bits keep them', async () => {
    const data = new Uint16Array(64).fill(1000);
    await sharp(data, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(folder.file('deep.png'));
    const { channels, min, max } = await stats('deep.png', '--resize', '4', '--crop', '2');
    expect([channels, min[0], max[0]]).toEqual([1, 1000 / 65535, 1000 / 65535]);
  });

  test('an image that is smaller than the crop is named', async () => {
    const args = ['stats', 'wide.png', 'clear.png', '--crop', '8'];
    const { status, stderr } = await batchnorm(args, folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('skipped clear.png: is 4 x 4, smaller than 8 x 8 of --crop\n');
  });

  test('sizes are of an image that is turned', async () => {
    expect(await stats('turned.jpg', '--crop', '32x64')).toMatchObject({ count: 32 * 64 });
  });

  test.each<[string[], string]>([
    [['stats', 'wide.png', '--resize', '0'], '--resize should be pixels, such as 224, or columns'],
    [['stats', 'wide.png', '--crop', 'x'], "such as 320x240, got 'x'"],
    [['stats', 'a.npy', '--crop', '2'], '--resize and --crop are for images'],
  ])('%j is refused', async (args, message) => {
    folder.file('a.npy', 'x');
    await expectRefused(args, message, folder.path);
  });
});

describe('normalize', () => {
  const normalize = async (...options: string[]) => {
    const args = ['normalize', 'turned.jpg', '-o', 'turned.npy', '--mean', '0.5', '--std', '0.5'];
    const { status } = await batchnorm([...args, ...options], folder.path);
    expect(status).toBe(0);
    return loadNpy(folder.file('turned.npy'));
  };

  test('turns an image as its EXIF says', async () => {
    const { shape, data } = await normalize();
    expect(shape).toEqual([3, 64, 32]);
    expect(data[0]).toBeGreaterThan(0.9); // red at the top
    expect(data[63 * 32]).toBeLessThan(-0.9);
  });

  test('leaves it as it is stored with --no-auto-orient', async () => {
    const { shape, data } = await normalize('--no-auto-orient');
    expect(shape).toEqual([3, 32, 64]);
    expect([data[0], data[63]].map((value) => Math.round(value as number))).toEqual([1, -1]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('turns orientation %d as sharp does', async (orientation) => {
    await turned(halves(24, 16), orientation).toFile(folder.file('any.jpg'));
    const args = ['normalize', 'any.jpg', '-o', 'any.npy', '--mean', '0', '--std', '1'];
    await batchnorm([...args, '--to', 'HWC'], folder.path);
    const { shape, data } = loadNpy(folder.file('any.npy'));
    const expected = await sharp(folder.file('any.jpg'))
      .autoOrient()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(shape).toEqual([expected.info.height, expected.info.width, 3]);
    expect(Array.from(data, (value) => Math.round(value * 255))).toEqual([...expected.data]);
  });

  test('resizes and crops the image that is turned', async () => {
    const { shape, data } = await normalize('--resize', '16', '--crop', '16x20');
    expect(shape).toEqual([3, 20, 16]);
    expect(data[0]).toBeGreaterThan(0.9);
  });
});
