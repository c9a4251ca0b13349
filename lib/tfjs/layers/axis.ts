import { ArgumentError, ShapeError } from '../../errors';
import { nameOf } from '../../tensor/name-of';

/** A layer's input shape as TensorFlow.js gives it: null where a size may differ from batch to batch. */
export type InputShape = readonly (number | null)[];

/** Checks an axis: an integer, or, as TensorFlow writes it into a model's file, an array of one. */
export function readAxis(caller: string, axis: unknown): number {
  const value: unknown = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  if (Number.isInteger(value)) return value as number;
  throw new ArgumentError(`${caller}: axis should be an integer, got ${nameOf(value)}`);
}

/** Where an axis is that may count from the end, and how many elements the input has along it. */
export function locateAxis(
  caller: string,
  axis: number,
  inputShape: InputShape,
): { index: number; size: number } {
  const rank = inputShape.length;
  const index = axis < 0 ? axis + rank : axis;
  const size = inputShape[index];
  if (size === undefined) {
    throw new ArgumentError(
      `${caller}: axis should be from ${-rank} to ${rank - 1} for an input of shape ` +
        `${format(inputShape)}, got ${axis}`,
    );
  }
  if (size === null) {
    throw new ShapeError(
      `${caller}: axis ${index} of the input should have a defined dimension, for the layer has a ` +
        `weight for each of its elements; got an input of shape ${format(inputShape)}`,
    );
  }
  if (size < 1) {
    throw new ShapeError(
      `${caller}: the input should have at least 1 element along axis ${index}, got an input of ` +
        `shape ${format(inputShape)}`,
    );
  }
  return { index, size };
}

/** Refuses an input that is a batch of nothing but numbers. */
export function checkRank(caller: string, inputShape: InputShape): void {
  if (inputShape.length >= 2) return;
  throw new ShapeError(
    `${caller}: expected an input of at least 2 dimensions, the batch being the first, got one of ` +
      `shape ${format(inputShape)}`,
  );
}

function format(shape: InputShape): string {
  return `[${shape.map(String).join(', ')}]`;
}
