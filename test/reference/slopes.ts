import type { Tensor } from 'batchnorm';

/** sum(output * weights): its gradient with respect to the output is `weights`. */
export function weightedSum(output: Tensor, weights: Tensor): number {
  return Array.from(output.data, (y, i) => y * (weights.data[i] as number)).reduce((a, b) => a + b);
}

/** The slope of `loss` along each element of `variable`, by central differences. */
export function slopesOf(loss: () => number, { data }: Tensor, step = 1e-5): number[] {
  return Array.from(data, (value, i) => {
    data[i] = value + step;
    const up = loss();
    data[i] = value - step;
    const down = loss();
    data[i] = value;
    return (up - down) / (2 * step);
  });
}
