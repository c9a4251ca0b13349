import { ArgumentError } from '../errors';
import { reprFloat } from '../modules/repr';
import type { ChannelScaling } from './channel-scaling';

// A mean of 0 to 1 may be rounded up a little; nobody's std is so much wider than the values.
const slack = 1 + 1e-6;
const widest = 16;
const most = 65535;

/**
 * Refuses mean and std that cannot be of integers from 0 to `greatest` times `scale`: those of 0 to
 * 255 where bytes are scaled to 0 to 1. Other constants than a data set's own, as 0 and 1, or those
 * of an inverse, are fine, and so is what no integers have at all.
 */
export function checkFit(
  caller: string,
  { mean, std }: ChannelScaling,
  greatest: number,
  scale: number,
): void {
  const range = greatest * Math.abs(scale);
  const sign = Math.sign(scale);
  const c = mean.findIndex((value, i) => {
    const m = value * sign;
    const s = Math.abs(std[i] as number);
    return (m > range * slack && m <= most) || (s > range * widest && s <= most);
  });
  if (c < 0) return;
  const ends = scale > 0 ? `0 to ${shown(range)}` : `${shown(-range)} to 0`;
  throw new ArgumentError(
    `${caller}: mean[${c}] = ${reprFloat(mean[c] as number)} with std[${c}] = ` +
      `${reprFloat(std[c] as number)} is not of values from ${ends}, to which pixels of 0 to ` +
      `${greatest} are scaled first: divide mean and std by ${greatest}, or pass scale: 1 to leave ` +
      'integers as they are, or scale: null to take floats only',
  );
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
