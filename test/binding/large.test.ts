import { native, Status } from '../../lib/native';

test('more than 2^31 elements are counted to the last, in both layouts', () => {
  // Pages that are only read take no memory, so that this needs 8.6 GB of addresses alone.
  const count = 2 ** 31 + 3;
  const x = new Float32Array(count);
  x[0] = 1;
  x[count - 1] = 3;
  const [mean, m2] = [new Float64Array(1), new Float64Array(1)];
  for (const [n, s, channelsLast] of [
    [1, count, false],
    [count, 1, true],
  ] as const) {
    mean.fill(0);
    m2.fill(0);
    expect(native.moments(x, n, 1, s, channelsLast, mean, m2)).toBe(Status.ok);
    expect((mean[0] as number) * count).toBeCloseTo(4, 9);
    expect(m2[0]).toBeCloseTo(10 - 16 / count, 9);
    expect(native.moments(x, n, 1, s - 1, channelsLast, mean, m2)).toBe(Status.wrongSize);
  }
});
