import { ArgumentError, RunningMoments, transforms } from 'batchnorm';
import { expectRefused } from '../expect-refused';

const { Normalize } = transforms;

const bytes = {
  data: Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256),
  width: 4,
  height: 4,
};
const words = { ...bytes, data: Uint16Array.from(bytes.data, (byte) => byte * 257) };
const floats = { ...bytes, data: Float32Array.from(bytes.data) };
const unit = { ...bytes, data: floats.data.map((value) => value / 300) };

const meanOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

// One convention: whatever the pixels are of, their own statistics take them to mean 0 and std 1.
test.each([
  ['bytes', bytes],
  ['bytes of 0 and 1', { ...bytes, data: bytes.data.map((byte) => byte & 1) }],
  ['two-byte values', words],
  ['floats', unit],
])('statistics of %s are those that Normalize takes', (_, pixels) => {
  const { mean, std } = new RunningMoments(3).update(pixels);
  const { data } = new Normalize(mean, std).forward(pixels);
  for (const c of [0, 1, 2]) {
    const plane = data.subarray(16 * c, 16 * (c + 1));
    expect(meanOf(plane)).toBeCloseTo(0, 5);
    expect(meanOf(plane.map((value) => value * value))).toBeCloseTo(1, 5);
  }
});

test('bytes and two-byte values of the same pixels have the same statistics', () => {
  const [a, b] = [bytes, words].map((pixels) => new RunningMoments(3).update(pixels));
  for (const c of [0, 1, 2]) {
    expect(a?.mean[c]).toBeCloseTo(b?.mean[c] as number, 14);
    expect(a?.std[c]).toBeCloseTo(b?.std[c] as number, 14);
  }
});

describe('statistics of 0 to 255 where bytes are scaled to 0 to 1', () => {
  const said = 'is not of values from 0 to 1, to which pixels of 0 to 255 are scaled first';
  const mean = [123.675, 116.28, 103.53];
  const std = [58.395, 57.12, 57.375];

  test('are refused as soon as Normalize is made', () => {
    expectRefused(() => new Normalize(mean, std), ArgumentError, `mean[0] = 123.675 with std[0]`);
    expectRefused(() => new Normalize(mean, std), ArgumentError, said);
    expectRefused(() => new Normalize(mean, std), ArgumentError, 'divide mean and std by 255');
    const raw = new RunningMoments(3).update(bytes, { scale: 1 });
    expectRefused(() => new Normalize(raw.mean, raw.std), ArgumentError, 'or pass scale: 1');
    expectRefused(() => new Normalize(0, 255), ArgumentError, said);
    expectRefused(() => new Normalize([0.5, 0.5, 1.01], 0.5), ArgumentError, 'mean[2] = 1.01');
  });

  test('are taken with scale: 1, and with scale: null of floats', () => {
    const whole = new Normalize(mean, std, { scale: 1 }).forward(bytes);
    const scaled = new Normalize(
      mean.map((m) => m / 255),
      std.map((s) => s / 255),
    ).forward(bytes);
    whole.data.forEach((value, i) => {
      expect(value).toBeCloseTo(scaled.data[i] as number, 5);
    });
    const ofFloats = new Normalize(mean, std, { scale: null }).forward(floats, { from: 'HWC' });
    expect(ofFloats.data).toEqual(whole.data);
  });
});

test('a scale of the user may be for either type of integer; the pixels decide', () => {
  const normalize = new Normalize(30000, 9000, { scale: 1 });
  expect(normalize.forward(words).size).toBe(48);
  const said = 'is not of values from 0 to 255, to which pixels of 0 to 255 are scaled first';
  expectRefused(() => normalize.forward(bytes), ArgumentError, said);
  expectRefused(() => new Normalize(1e4, 1, { scale: 0.1 }), ArgumentError, 'from 0 to 6553.5');
  expect(normalize.forward(floats).size).toBe(48);
});

test.each([
  ['0 and 1', 0, 1],
  ['0.5 and 0.5', 0.5, 0.5],
  ['a mean of white', 1, 0.5],
  ['an inverse for floats', [-2.1, -2.04, -1.8], [4.37, 4.46, 4.44]],
  ['a std that scales up', 0, 1 / 255],
])('%s are no statistics, and taken', (_, mean, std) => {
  expect(new Normalize(mean, std).forward(bytes).size).toBe(48);
});
