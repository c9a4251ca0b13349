import { native, Status } from '../../lib/native';
import { expectWithinUlps } from '../reference/ulps';

const channels = 3;
const pixels = 1000;

/** The byte of channel c at pixel p. */
const byteAt = (p: number, c: number) => ((p * (7 + 2 * c)) % (200 + c)) + c;

const planes = Array.from({ length: channels }, (_, c) =>
  Array.from({ length: pixels }, (_, p) => byteAt(p, c)),
);
const bytesOf = (channelsLast: boolean) =>
  channelsLast
    ? Array.from({ length: pixels * channels }, (_, i) =>
        byteAt(Math.floor(i / channels), i % channels),
      )
    : planes.flat();

// Integers until the division, so exact.
const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
const means = planes.map((plane) => total(plane) / pixels);
const variances = planes.map(
  (plane) => (pixels * total(plane.map((x) => x * x)) - total(plane) ** 2) / pixels ** 2,
);

describe.each([
  ['Uint8Array', (bytes: number[]) => Uint8Array.from(bytes)],
  ['Uint8ClampedArray', (bytes: number[]) => Uint8ClampedArray.from(bytes)],
  ['Buffer', (bytes: number[]) => Buffer.from(bytes)],
])('of a %s', (_, from) => {
  test.each([true, false])('with channels last: %s', (channelsLast) => {
    const x = from(bytesOf(channelsLast));
    const a = new Float64Array(channels);
    const b = new Float64Array(channels);
    expect(native.moments(x, 1, channels, pixels, channelsLast, a, b)).toBe(Status.ok);
    expectWithinUlps(a, means, 2);
    expectWithinUlps(
      b.map((m2) => m2 / pixels),
      variances,
      2,
    );
    expect(native.extrema(x, 1, channels, pixels, channelsLast, a, b)).toBe(Status.ok);
    expect([...a]).toEqual(planes.map((plane) => Math.min(...plane)));
    expect([...b]).toEqual(planes.map((plane) => Math.max(...plane)));
  });
});
