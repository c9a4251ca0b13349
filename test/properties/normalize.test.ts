import { type DType, Tensor, transforms } from 'batchnorm';
import fc from 'fast-check';
import { type ImageCase, normalizedByDefinition } from '../reference/images';
import { expectSame } from '../reference/same';

const { Normalize } = transforms;

const layout = fc.constantFrom<transforms.ImageLayout>('HWC', 'CHW');
const dtype = fc.constantFrom<DType>('float32', 'float64');
const mean = fc.double({ min: -1, max: 1, noNaN: true });
const std = fc.oneof(
  fc.double({ min: 0.01, max: 10, noNaN: true }),
  fc.double({ min: -10, max: -0.01, noNaN: true }),
);

interface Images extends ImageCase {
  dropAlpha: boolean;
  seed: number;
}

const images: fc.Arbitrary<Images> = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 30 }),
    kept: fc.integer({ min: 1, max: 6 }),
    alpha: fc.boolean(),
    from: layout,
    to: layout,
    seed: fc.integer(),
  })
  .chain(({ kept, alpha, ...image }) => {
    const dropAlpha = alpha && (kept === 1 || kept === 3);
    return fc.record({
      ...Object.fromEntries(Object.entries(image).map(([key, value]) => [key, fc.constant(value)])),
      channels: fc.constant(dropAlpha ? kept + 1 : kept),
      dropAlpha: fc.constant(dropAlpha),
      mean: fc.array(mean, { minLength: kept, maxLength: kept }),
      std: fc.array(std, { minLength: kept, maxLength: kept }),
    });
  }) as never;

const shapeOf = ({ n, height, width, channels, from }: ImageCase) =>
  from === 'HWC' ? [n, height, width, channels] : [n, channels, height, width];

const sizeOf = ({ n, height, width, channels }: ImageCase) => n * height * width * channels;

/** A byte that looks random. */
const hash = (i: number, seed: number) => (Math.imul(i ^ seed, 0x9e3779b1) >>> 16) & 255;

function bytesOf(image: Images): Uint8Array {
  return Uint8Array.from({ length: sizeOf(image) }, (_, i) => hash(i, image.seed));
}

function floatsOf(image: Images, type: DType): Float32Array | Float64Array {
  const Type = type === 'float32' ? Float32Array : Float64Array;
  return new Type(sizeOf(image)).map((_, i) => hash(i, image.seed) / 63 - 2);
}

function wordsOf(image: Images): Uint16Array {
  return Uint16Array.from(bytesOf(image), (byte, i) => (byte << 8) | hash(i, ~image.seed));
}

test('bytes, words and floats of any image come as by the definition', () => {
  fc.assert(
    fc.property(images, dtype, (image, type) => {
      const { from, to, dropAlpha } = image;
      const normalize = new Normalize(image.mean, image.std, { dtype: type });
      for (const data of [bytesOf(image), wordsOf(image), floatsOf(image, type)]) {
        const y = normalize.forward({ data, shape: shapeOf(image) }, { from, to, dropAlpha });
        expectSame(y.data, normalizedByDefinition(data, image, type));
      }
    }),
  );
});

test('a batch is its images, written one after the other into parts of one tensor', () => {
  fc.assert(
    fc.property(images, (image) => {
      const { n, from, to, dropAlpha } = image;
      const data = bytesOf(image);
      const normalize = new Normalize(image.mean, image.std);
      const shape = shapeOf(image);
      const batch = normalize.forward({ data, shape }, { from, to, dropAlpha });
      const parts = new Float32Array(batch.size);
      for (let i = 0; i < n; i++) {
        const one = data.subarray((i * data.length) / n, ((i + 1) * data.length) / n);
        const out = parts.subarray((i * parts.length) / n, ((i + 1) * parts.length) / n);
        normalize.forward({ data: one, shape: shape.slice(1) }, { from, to, dropAlpha, out });
      }
      expectSame(parts, batch.data);
    }),
  );
});

test('there and back again, by way of either layout', () => {
  fc.assert(
    fc.property(images, (image) => {
      const { from, to } = image;
      const forth = new Normalize(image.mean, image.std, { dtype: 'float64' });
      const whole = { ...image, channels: image.mean.length };
      const x = new Tensor(floatsOf(whole, 'float64'), shapeOf(whole));
      const y = forth.forward(x, { from, to });
      const back = forth.inverse().forward(y, { from: to, to: from });
      expect(back.shape).toEqual(x.shape);
      // Values and means of 3 at most, over a std of 0.01 or more and back: some roundings.
      let worst = 0;
      x.data.forEach((value, i) => {
        worst = Math.max(worst, Math.abs((back.data[i] as number) - value));
      });
      expect(worst).toBeLessThan(1e-14);
    }),
  );
});
