import { types } from 'node:util';
import { ArgumentError, ShapeError } from '../errors';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { channelsHint } from './channels-hint';

/** Statistics as the kernels take them: float64, without a copy where they are. */
export function readStatistic(
  caller: string,
  name: string,
  value: Float64Array | TensorLike,
): Float64Array {
  if (types.isFloat64Array(value)) return value;
  const { data } = asTensor(value, name, caller);
  return types.isFloat64Array(data) ? data : new Float64Array(data);
}

/** The same, refusing what is absent; `which` says what it should hold. */
export function requireStatistic(
  caller: string,
  name: string,
  value: Float64Array | TensorLike | null | undefined,
  which: string,
): Float64Array {
  if (value !== null && value !== undefined) return readStatistic(caller, name, value);
  throw new ArgumentError(`${caller}: ${name} is needed, ${which}, as the forward pass used it`);
}

/**
 * Refuses statistics that are not `count`; `which` says what there should be one for, and `input` is
 * the shape of what has as many channels.
 */
export function checkStatistic(
  caller: string,
  name: string,
  values: Float64Array,
  count: number,
  which: string,
  input?: readonly number[],
): void {
  const { length } = values;
  if (length === count) return;
  throw new ShapeError(
    `${caller}: ${name} should contain ${count} elements not ${length}: ${which}` +
      (input === undefined ? '' : channelsHint(input, (c) => c === length)),
  );
}
