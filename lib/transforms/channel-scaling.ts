import { types } from 'node:util';
import { ArgumentError } from '../errors';
import type { DType, FloatArray } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';

/** A value for each channel, or one for all of them. */
export type ChannelValues = number | readonly number[] | FloatArray;

/** As many means as standard deviations: one for each channel, or one for all of them. */
export interface ChannelScaling {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** More than any image has, and few enough to be copied. */
const mostValues = 2 ** 20;

/** Copies them, once they go with each other and `dtype` can hold, and divide by, them. */
export function readScaling(
  caller: string,
  mean: unknown,
  std: unknown,
  dtype: DType,
): ChannelScaling {
  const means = readValues(caller, 'mean', mean, dtype);
  const stds = readValues(caller, 'std', std, dtype);
  const zero = stds.findIndex((value) => rounded(value, dtype) === 0);
  if (zero >= 0) {
    throw new ArgumentError(
      `${caller}: std evaluated to zero after conversion to ${dtype}, leading to division by ` +
        `zero: std[${zero}] is ${stds[zero]}`,
    );
  }
  const count = Math.max(means.length, stds.length);
  if ([means, stds].some(({ length }) => length !== 1 && length !== count)) {
    throw new ArgumentError(
      `${caller}: mean and std should have a value for each channel, or one for all, ` +
        `got ${means.length} and ${stds.length}`,
    );
  }
  return { mean: repeat(means, count), std: repeat(stds, count) };
}

/** A plain copy, each element read once. */
function readValues(caller: string, name: string, values: unknown, dtype: DType): number[] {
  const list = typeof values === 'number' ? [values] : values;
  if (!Array.isArray(list) && !types.isFloat32Array(list) && !types.isFloat64Array(list)) {
    throw new ArgumentError(
      `${caller}: ${name} should be an array of numbers such as [0.485, 0.456, 0.406], ` +
        `got ${nameOf(values)}`,
    );
  }
  const length: number = list.length;
  if (length === 0) throw new ArgumentError(`${caller}: ${name} has no values`);
  if (length > mostValues) {
    throw new ArgumentError(
      `${caller}: ${name} has ${length} values, at most ${mostValues} channels are taken`,
    );
  }
  const read: number[] = [];
  for (let c = 0; c < length; c++) {
    const value: unknown = list[c];
    if (typeof value !== 'number' || !Number.isFinite(rounded(value, dtype))) {
      throw new ArgumentError(
        `${caller}: ${name}[${c}] should be a finite number in ${dtype}, got ${nameOf(value)}`,
      );
    }
    read.push(value);
  }
  return read;
}

function rounded(value: number, dtype: DType): number {
  return dtype === 'float32' ? Math.fround(value) : value;
}

function repeat(values: readonly number[], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, c) => values[c % values.length] as number);
}
