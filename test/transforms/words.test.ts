import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentError, DTypeError, RunningMoments, ShapeError, transforms } from 'batchnorm';
import sharp from 'sharp';
import { native } from '../../lib/native';
import { expectRefused } from '../expect-refused';
import { normalizedByDefinition } from '../reference/images';
import { expectSame } from '../reference/same';

const { Normalize, IMAGENET } = transforms;

interface Fixtures {
  readonly cases: readonly {
    readonly mean: number;
    readonly std: number;
    readonly float32: string;
    readonly float64: string;
  }[];
}
const file = join(__dirname, 'fixtures/words.json');
const { cases }: Fixtures = JSON.parse(readFileSync(file, 'utf8'));

/** Each two-byte value once. */
const words = { data: Uint16Array.from({ length: 65536 }, (_, v) => v), width: 256, height: 256 };

const digestOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

const target = native.simdTarget();
afterEach(() => {
  native.setSimdTarget(target);
});

test.each(native.simdTargets())('all values have the bits of torchvision on %s', (name) => {
  native.setSimdTarget(name);
  for (const { mean, std, ...digests } of cases) {
    for (const dtype of ['float32', 'float64'] as const) {
      const y = new Normalize(mean, std, { dtype }).forward(words);
      expect([mean, dtype, digestOf(y.data)]).toEqual([mean, dtype, digests[dtype]]);
    }
  }
});

test('off the event loop too, in shared memory or not', async () => {
  const [{ mean, std, float32 } = { mean: 0, std: 0, float32: '' }] = cases;
  const normalize = new Normalize(mean, std);
  const shared = new Uint16Array(new SharedArrayBuffer(2 * 65536) as never);
  shared.set(words.data);
  for (const data of [words.data, shared]) {
    const y = await normalize.forwardAsync({ ...words, data });
    expect(digestOf(y.data)).toBe(float32);
  }
});

test('any other scale goes by the definition', () => {
  for (const scale of [1, 1 / 4095, 1 / 327.675, 1e-3]) {
    const y = new Normalize(0, 1, { scale }).forward(words);
    expectSame(
      y.data,
      Float32Array.from(words.data, (v) => v / (1 / scale)),
    );
  }
});

describe('what sharp decodes to 16 bits', () => {
  const [width, height, channels] = [31, 17, 3] as const;
  const data = Uint16Array.from(
    { length: width * height * channels },
    (_, i) => (i * 7919) % 65536,
  );

  async function decoded() {
    const raw = { width, height, channels, depth: 'ushort' } as const;
    const png = await sharp(data, { raw: raw as never })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    return sharp(png)
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
  }

  test('goes in as it is, with the channels of the image', async () => {
    const pixels = await decoded();
    expect(pixels.info).toMatchObject({ depth: 'ushort', channels });
    expect(pixels.data).toHaveLength(2 * data.length);
    const y = new Normalize(IMAGENET.mean, IMAGENET.std).forward(pixels);
    expect(y.shape).toEqual([3, height, width]);
    const held = new Uint16Array(pixels.data.buffer, pixels.data.byteOffset, data.length);
    const image = { n: 1, height, width, channels, from: 'HWC', to: 'CHW', ...IMAGENET } as const;
    expectSame(y.data, normalizedByDefinition(held, image, 'float32'));
    const moments = new RunningMoments(3).update(pixels);
    const same = new RunningMoments(3).update({ data: held, width, height });
    expect(JSON.stringify(moments)).toBe(JSON.stringify(same));
    expect(Math.max(...moments.max)).toBeLessThanOrEqual(1);
  });

  test('without channels, and at an odd place in memory', () => {
    const memory = Buffer.alloc(2 * data.length + 1);
    new Uint8Array(memory.buffer, memory.byteOffset + 1, 2 * data.length).set(
      new Uint8Array(data.buffer),
    );
    const info = { width, height, depth: 'ushort' } as never;
    const normalize = new Normalize(IMAGENET.mean, IMAGENET.std);
    const { data: expected } = normalize.forward({ data, width, height });
    for (const start of [0, 1]) {
      const bytes = Buffer.from(memory.buffer, memory.byteOffset + start, 2 * data.length);
      if (start === 0) bytes.set(new Uint8Array(data.buffer));
      expectSame(normalize.forward({ data: bytes, info }).data, expected);
      new Uint8Array(memory.buffer, memory.byteOffset + 1, 2 * data.length).set(
        new Uint8Array(data.buffer),
      );
    }
  });

  test.each(['char', 'short', 'uint', 'int', 'float', 'double', 'complex', 'dpcomplex'])(
    'of depth %s is refused',
    (depth) => {
      const info = { width: 2, height: 1, channels: 3, depth };
      const said = `depth should be 'uchar' or 'ushort', got '${depth}'`;
      for (const refused of [
        () => new Normalize(0.5, 0.5).forward({ data: new Uint8Array(24), info }),
        () => new RunningMoments(3).update({ data: new Uint8Array(24), info }),
      ]) {
        expectRefused(refused, DTypeError, said);
      }
    },
  );

  test('with a byte too many is refused', () => {
    const info = { width: 1, height: 1, channels: 3, depth: 'ushort' };
    const forward = () => new Normalize(0.5, 0.5).forward({ data: new Uint8Array(7), info });
    expectRefused(forward, ArgumentError, "7 bytes, an odd number, with depth 'ushort'");
  });

  test('without its depth is twice as long: the error says so', () => {
    const info = { width: 2, height: 1, channels: 3 };
    const forward = () => new Normalize(0.5, 0.5).forward({ data: new Uint8Array(12), info });
    expectRefused(forward, ShapeError, 'two bytes a value go in as a Uint16Array');
  });
});

test("pngjs's number of bits says nothing about its bytes", () => {
  const png = { data: Uint8Array.of(1, 2, 3, 255), width: 1, height: 1, depth: 16 };
  expect(new Normalize(0, 1).forward(png as transforms.Pixels, { dropAlpha: true }).size).toBe(3);
});

test('without a scale only floats are taken', () => {
  const forward = () => new Normalize(0, 1, { scale: null }).forward(words);
  expectRefused(forward, DTypeError, 'should be a float tensor. Got uint16');
  expectRefused(forward, DTypeError, 'scale: 1 / 65535');
});
