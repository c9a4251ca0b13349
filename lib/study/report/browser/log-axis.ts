import { fewTicks } from './even-ticks';

/** From the least to the most of `values` with a margin, on a logarithmic axis. */
export function logDomain(values: readonly number[]): [number, number] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [0.1, 1];
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const margin = Math.max(1.1, (most / least) ** 0.08);
  return [least / margin, most * margin];
}

/** Ticks of a logarithmic axis: powers of ten, and between them where those are few. */
export function logTicks([least, most]: readonly [number, number]): number[] {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const decades = Math.log10(most / least);
  const factors = decades < 1.3 ? [1, 2, 3, 5] : decades < 3 ? [1, 3] : [1];
  // No more than about six, however many decades there are.
  const stride = Math.max(1, Math.ceil(decades / 6));
  const ticks = [];
  for (let exponent = first; exponent <= last; exponent += stride) {
    for (const factor of factors) ticks.push(Number(`${factor}e${exponent}`));
  }
  const within = ticks.filter((tick) => tick >= least && tick <= most);
  // A lone tick does not make a scale.
  return within.length > 1 ? within : fewTicks([least, most]);
}
