import { ArgumentError, ShapeError } from '../../errors';
import { nameOf } from '../../tensor/name-of';
import { Tensor } from '../../tensor/tensor';

export type DataFormat = 'channelsLast' | 'channelsFirst';

export interface DataFormatOptions {
  /** Where the channels of x are: `'channelsLast'` (N, ..., C) unless told, or (N, C, ...). */
  dataFormat?: DataFormat | undefined;
}

export function checkDataFormat(caller: string, dataFormat: unknown = 'channelsLast'): DataFormat {
  if (dataFormat === 'channelsLast' || dataFormat === 'channelsFirst') return dataFormat;
  throw new ArgumentError(
    `${caller}: dataFormat should be 'channelsLast' or 'channelsFirst', got ${nameOf(dataFormat)}`,
  );
}

/**
 * The elements as (N, C, ...), which is how modules name their sizes.
 *
 * @param unbatchedRank The rank of a single sample, where the module takes that.
 */
export function inModuleOrder(
  shape: readonly number[],
  dataFormat: DataFormat,
  unbatchedRank: number | undefined,
): (elements: Float32Array) => Tensor {
  const isFirst = dataFormat === 'channelsFirst' || shape.length < 2;
  if (isFirst) return (elements) => new Tensor(elements, shape);
  // Channels last of a single sample is nothing that modules know.
  const [n = 0, ...rest] = shape.length === unbatchedRank ? [1, ...shape] : shape;
  const c = rest.pop() ?? 0;
  return (elements) => new Tensor(elements, [n, c, ...rest], 'channelsLast');
}

/** Runs a call of the module; what that says of shapes is in its own order, the channels second. */
export function sayingDataFormat<Result>(
  caller: string,
  shape: readonly number[],
  dataFormat: DataFormat,
  call: () => Result,
): Result {
  try {
    return call();
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const [read, other, otherFormat] =
      dataFormat === 'channelsLast'
        ? ['last', 'second', 'channelsFirst']
        : ['second', 'last', 'channelsLast'];
    throw new ShapeError(
      `${caller}: x has shape [${shape.join(', ')}], and its ${read} axis was taken for the channels ` +
        `(where they are the ${other}, pass { dataFormat: '${otherFormat}' }). In the order of the ` +
        `module, which names them second: ${cause.message}`,
      { cause },
    );
  }
}
