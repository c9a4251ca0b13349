import { native, Status } from '../../lib/native';

// More than 2^31 elements. Pages that are only read take no memory, so that this needs 8.6 GB of
// addresses alone.
const count = 2 ** 31 + 4;
const x = new Float32Array(count);
x[0] = 1;
x[count - 1] = 3;

test.each([
  ['one long run', 1, 1, count, false],
  ['columns', count / 2, 2, 1, true],
])('moments count to the last element: %s', (_, n, c, s, channelsLast) => {
  const [mean, m2] = [new Float64Array(c), new Float64Array(c)];
  expect(native.moments(x, n, c, s, channelsLast, mean, m2)).toBe(Status.ok);
  const perChannel = n * s;
  // The first element is the first channel's, the last one the last channel's.
  const sums = c === 1 ? [4] : [1, 3];
  const squares = c === 1 ? [10] : [1, 9];
  sums.forEach((sum, channel) => {
    expect((mean[channel] as number) * perChannel).toBeCloseTo(sum, 9);
    expect(m2[channel]).toBeCloseTo((squares[channel] as number) - sum ** 2 / perChannel, 9);
  });
  expect(native.moments(x, n, c, s - 1, channelsLast, mean, m2)).toBe(Status.wrongSize);
});
