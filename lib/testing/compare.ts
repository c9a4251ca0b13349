import { reprFloat, reprShape } from '../modules/repr';
import { isFloating, type Values } from './values';

/** Tolerances: |actual - expected| <= atol + rtol * |expected|. */
export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
  readonly equalNan: boolean;
}

/**
 * What PyTorch's `assert_close` says of two tensors of one shape that are not close; null of others.
 * It is computed as PyTorch does, in the tensors' dtype.
 */
export function mismatchOf(actual: Values, expected: Values, given: Tolerances): string | null {
  const round = rounding(actual, expected);
  const whole = isWhole(actual, expected);
  const { length } = actual.data;
  let mismatches = 0;
  const absolute = new Greatest();
  const relative = new Greatest();
  for (let i = 0; i < length; i++) {
    const a = actual.data[i] as number;
    const e = expected.data[i] as number;
    if (isClose(a, e, given, round)) {
      absolute.see(0, i);
      relative.see(0, i);
      continue;
    }
    mismatches++;
    const difference = Math.abs(round(a - e));
    absolute.see(difference, i);
    // PyTorch divides integers in float32.
    const ratio = difference / Math.abs(e);
    relative.see(whole ? Math.fround(ratio) : round(ratio), i);
  }
  if (mismatches === 0) return null;
  if (actual.shape.length === 0) {
    return scalarMismatch(actual.data[0] as number, expected.data[0] as number, given, whole);
  }
  const share = percentage(mismatches / length);
  const at = (index: number) => reprShape(unravel(index, actual.shape));
  const { rtol, atol } = given;
  return [
    `Tensor-likes are not ${rtol === 0 && atol === 0 ? 'equal' : 'close'}!`,
    '',
    `Mismatched elements: ${mismatches} / ${length} (${share}%)`,
    `Greatest absolute difference: ${repr(absolute.value, whole)} at index ${at(absolute.index)}` +
      allowed(atol, given),
    `Greatest relative difference: ${reprFloat(relative.value)} at index ${at(relative.index)}` +
      allowed(rtol, given),
  ].join('\n');
}

/** The same of two numbers. */
export function scalarMismatchOf(
  actual: number,
  expected: number,
  given: Tolerances,
  whole: boolean,
): string | null {
  if (isClose(actual, expected, given, (x) => x)) return null;
  return scalarMismatch(actual, expected, given, whole);
}

function scalarMismatch(
  actual: number,
  expected: number,
  given: Tolerances,
  whole: boolean,
): string {
  const { rtol, atol } = given;
  const difference = Math.abs(actual - expected);
  const relative = expected === 0 ? Number.POSITIVE_INFINITY : difference / Math.abs(expected);
  return [
    `Scalars are not ${rtol === 0 && atol === 0 ? 'equal' : 'close'}!`,
    '',
    `Expected ${repr(expected, whole)} but got ${repr(actual, whole)}.`,
    `Absolute difference: ${repr(difference, whole)}${allowed(atol, given)}`,
    `Relative difference: ${reprFloat(relative)}${allowed(rtol, given)}`,
  ].join('\n');
}

/** torch.isclose. */
function isClose(
  a: number,
  e: number,
  { rtol, atol, equalNan }: Tolerances,
  round: (x: number) => number,
): boolean {
  if (a === e || (equalNan && Number.isNaN(a) && Number.isNaN(e))) return true;
  if (rtol === 0 && atol === 0) return false;
  const difference = Math.abs(round(a - e));
  const most = round(round(atol) + Math.abs(round(round(rtol) * e)));
  return Number.isFinite(difference) && difference <= most;
}

function rounding(actual: Values, expected: Values): (x: number) => number {
  const isSingle = actual.dtype === 'float32' && expected.dtype === 'float32';
  return isSingle ? Math.fround : (x) => x;
}

function isWhole(actual: Values, expected: Values): boolean {
  return !isFloating(actual.dtype) && !isFloating(expected.dtype);
}

/** torch.max: the first of the greatest, and the first NaN before all. */
class Greatest {
  value = Number.NEGATIVE_INFINITY;
  index = 0;

  see(value: number, index: number): void {
    const isGreater = value > this.value || (Number.isNaN(value) && !Number.isNaN(this.value));
    if (isGreater) [this.value, this.index] = [value, index];
  }
}

function allowed(tolerance: number, { rtol, atol }: Tolerances): string {
  return rtol === 0 && atol === 0 ? '' : ` (up to ${reprFloat(tolerance)} allowed)`;
}

function repr(value: number, whole: boolean): string {
  return whole ? String(value) : reprFloat(value);
}

/** Python's `{:.1%}` without the sign: halves go to the even digit, where toFixed goes up. */
function percentage(share: number): string {
  const percent = share * 100;
  const tenths = Math.floor(percent * 10);
  const isHalf = (percent * 4) % 2 === 1;
  return isHalf && tenths % 2 === 0 ? (tenths / 10).toFixed(1) : percent.toFixed(1);
}

function unravel(index: number, shape: readonly number[]): number[] {
  let rest = index;
  const at: number[] = [];
  for (const size of [...shape].reverse()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}
