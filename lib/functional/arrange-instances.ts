import { ShapeError } from '../errors';
import { requireMemory } from '../tensor/memory';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Arranged } from './arranged';
import type { Caller } from './caller';
import { collapse } from './collapse';
import { checkParameters, type Parameters, sayChannels } from './parameters';

/**
 * The input of InstanceNorm: (N, C, ...), or (C, ...) where the caller takes it, each channel of
 * which is normalized by itself. The elements of (C, ...) are taken in logical order.
 */
export function arrangeInstances(caller: Caller, input: Tensor, parameters: Parameters): Arranged {
  const { name, numFeatures } = caller;
  const { n, c, s, channelsLast } = collapse(caller, input);
  const isUnbatched = input.shape.length === caller.unbatchedRank;
  if (numFeatures !== null && numFeatures !== c) {
    throw new ShapeError(
      `${name}: expected input's size at dim=${isUnbatched ? 0 : 1} to match num_features ` +
        `(${numFeatures}), but got: ${c}. ${sayChannels(caller, input, c, numFeatures)}`,
    );
  }
  checkParameters(caller, parameters, input, c);
  requireMemory(name, 'input', input.data, input.size);
  const memoryFormat = isUnbatched ? 'contiguous' : input.memoryFormat;
  return {
    input,
    memoryFormat,
    outputFormat: memoryFormat,
    n,
    c,
    s,
    channelsLast,
    groups: c,
    centered: true,
    parameterShape: [c],
  };
}

/** PyTorch refuses to normalize an instance of one value with its own mean. */
export function refuseOneElement(caller: Caller, { input, s }: Arranged): void {
  if (s !== 1) return;
  throw new ShapeError(
    `${caller.name}: Expected more than 1 spatial element when training, got input size ` +
      `${formatShape(input.shape)}: an instance of one value is its own mean. Normalize larger ` +
      'ones, or in evaluation mode with running statistics',
  );
}
