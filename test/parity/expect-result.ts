import type { Tensor } from 'batchnorm';
import { decode, type Result } from './fixture';

/**
 * How many units of relative spacing (2^-23 for float32, 2^-52 for float64) of a result's
 * magnitude it may be off. The magnitude is that of the terms which are added to get it (the
 * fixtures hold it, scripts/parity/scales.py derives it).
 *
 * PyTorch itself stays within 2 of its own float64 result: it rounds the mean and folds it into
 * an offset. Ours has as much again. Against the float64 result the magnitude is a smaller one,
 * of a computation that takes the mean off first.
 */
const UNITS = 4;

const SPACING = { float32: 2 ** -23, float64: 2 ** -52 };

/** The place in the scales of an element's magnitude; elements are counted in memory. */
export type ScaleOf = (element: number) => number;

/**
 * Expects what PyTorch computed; NaN, Inf and -Inf at the very same places. Magnitudes are per
 * channel unless `scaleOf` says otherwise.
 */
export function expectResult(
  actual: Tensor,
  expected: Result,
  scaleOf: ScaleOf = (element) => channelOf(actual, element),
): void {
  const { torch, torchScale, exact, exactScale = torchScale } = expected;
  expect(mismatches(actual, torch, torchScale, scaleOf)).toEqual([]);
  if (exact !== undefined) expect(mismatches(actual, exact, exactScale, scaleOf)).toEqual([]);
}

function mismatches(
  actual: Tensor,
  encoded: string,
  scale: readonly number[],
  scaleOf: ScaleOf,
): string[] {
  const { data, dtype } = actual;
  const expected = decode(encoded, dtype);
  if (data.length !== expected.length) return [`${data.length} elements, not ${expected.length}`];
  const found: string[] = [];
  for (const [i, value] of data.entries()) {
    const wanted = expected[i] as number;
    const allowed = UNITS * SPACING[dtype] * (scale[scaleOf(i)] as number);
    if (!agree(value, wanted, allowed)) {
      found.push(`element ${i}: ${value}, expected ${wanted} +- ${allowed}`);
    }
  }
  return found;
}

function agree(value: number, wanted: number, allowed: number): boolean {
  if (!Number.isFinite(wanted)) return Object.is(value, wanted);
  return Math.abs(value - wanted) <= allowed;
}

/** Vectors hold one value per channel. */
function channelOf({ shape, memoryFormat }: Tensor, index: number): number {
  const [, channels, ...spatial] = shape;
  if (channels === undefined) return index;
  if (memoryFormat === 'channelsLast') return index % channels;
  const adjacent = spatial.reduce((product, size) => product * size, 1);
  return Math.floor(index / adjacent) % channels;
}
