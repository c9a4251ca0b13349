import { transforms } from 'batchnorm';
import sharp from 'sharp';
import { normalizedByDefinition } from '../reference/images';
import { expectSame } from '../reference/same';

const { Normalize, IMAGENET } = transforms;
const [width, height] = [37, 23];

/** A PNG of so many channels, drawn from its own pixels. */
async function png(channels: 1 | 2 | 3 | 4): Promise<{ file: Buffer; pixels: Buffer }> {
  const pixels = Buffer.from(
    Array.from({ length: width * height * channels }, (_, i) => (i * 31 + (i >> 4)) % 256),
  );
  return {
    file: await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer(),
    pixels,
  };
}

test.each([3, 4] as const)('what sharp decodes goes in as it is: %i channels', async (channels) => {
  const { file, pixels } = await png(channels);
  const decoded = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  expect(decoded.data.equals(pixels)).toBe(true);
  const y = new Normalize(IMAGENET.mean, IMAGENET.std).forward(decoded, { dropAlpha: true });
  expect(y.shape).toEqual([3, height, width]);
  const image = { n: 1, height, width, channels, from: 'HWC', to: 'CHW', ...IMAGENET } as const;
  expectSame(y.data, normalizedByDefinition(pixels, image, 'float32'));
});

test('and comes back as sharp takes it', async () => {
  const { file, pixels } = await png(3);
  const decoded = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const normalize = new Normalize(IMAGENET.mean, IMAGENET.std);
  const x = normalize.inverse().forward(normalize.forward(decoded), { to: 'HWC' });
  const raw = Uint8ClampedArray.from(x.data, (value) => value * 255);
  const again = await sharp(raw, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  expect((await sharp(again).raw().toBuffer()).equals(pixels)).toBe(true);
});
