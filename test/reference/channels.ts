import type { Tensor } from 'batchnorm';

/** An input (N, C, ...) as the values of each channel, in logical order. */
export function channelsOf(input: Tensor): number[][] {
  const { n, c, s } = sizesOf(input);
  const values = input.to({ memoryFormat: 'contiguous' }).data;
  return Array.from({ length: c }, (_, channel) =>
    Array.from({ length: n * s }, (_, i) => {
      const sample = Math.floor(i / s);
      return values[(sample * c + channel) * s + (i % s)] as number;
    }),
  );
}

/** The other way round: the values of (N, C, ...) in logical order. */
export function inLogicalOrder(channels: number[][], like: Tensor): number[] {
  const { n, c, s } = sizesOf(like);
  return Array.from({ length: n * c * s }, (_, i) => {
    const sample = Math.floor(i / (c * s));
    const channel = Math.floor(i / s) % c;
    return (channels[channel] as number[])[sample * s + (i % s)] as number;
  });
}

function sizesOf({ shape }: Tensor): { n: number; c: number; s: number } {
  const [n = 1, c = 1, ...spatial] = shape;
  return { n, c, s: spatial.reduce((product, size) => product * size, 1) };
}
