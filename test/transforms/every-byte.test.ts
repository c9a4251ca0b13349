import { transforms } from 'batchnorm';
import { native } from '../../lib/native';
import { expectSame } from '../reference/same';

const { Normalize, ...exported } = transforms;
const constants = Object.entries(exported).flatMap(([name, { mean, std }]) =>
  mean.map((m, c) => [`${name} ${c}`, m, std[c] as number] as const),
);
const unusual = [
  ['halves', 0.5, 0.5],
  ['a negative std', 0.2, -0.3],
  ['a tiny std', 0.5, 1e-30],
  ['a huge std', 0.5, 1e38],
  ['a mean that is a byte', 128 / 255, 0.01],
] as const;

/** Each byte once. */
const pixels = { data: Uint8Array.from({ length: 256 }, (_, v) => v), width: 16, height: 16 };

const inFloat32 = (v: number, mean: number, std: number) =>
  Math.fround(Math.fround(v / 255) - Math.fround(mean)) / Math.fround(std);

const before = native.simdTarget();
afterAll(() => {
  native.setSimdTarget(before);
});

describe.each(native.simdTargets())('every byte on %s', (target) => {
  beforeAll(() => {
    native.setSimdTarget(target);
  });

  test.each([...constants, ...unusual])('with %s has the bits of PyTorch', (_, mean, std) => {
    const y = new Normalize(mean, std).forward(pixels);
    expectSame(
      y.data,
      Float32Array.from(pixels.data, (v) => inFloat32(v, mean, std)),
    );
    const wide = new Normalize(mean, std, { dtype: 'float64' }).forward(pixels);
    expectSame(
      wide.data,
      Float64Array.from(pixels.data, (v) => (v / 255 - mean) / std),
    );
  });

  // PyTorch rounds x / 255, mean, std, the difference and the quotient. In ulps of 1 / std, the size
  // of what is subtracted, that is 2 at most; the worst measured is 1.192.
  test.each(constants)('with %s is near the exact result', (_, mean, std) => {
    const y = new Normalize(mean, std).forward(pixels);
    const ulp = 2 ** (Math.floor(Math.log2(1 / std)) - 23);
    const worst = pixels.data.reduce((most, v) => {
      const exact = (v / 255 - mean) / std;
      return Math.max(most, Math.abs((y.data[v] as number) - exact) / ulp);
    }, 0);
    expect(worst).toBeLessThanOrEqual(1.2);
  });
});
