import { ArgumentError, ShapeError } from '../errors';
import { requireMemory } from '../tensor/memory';
import { nameOf } from '../tensor/name-of';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Arranged } from './arranged';
import type { Caller } from './caller';
import { channelsHint } from './channels-hint';
import { collapse } from './collapse';
import { type Affine, checkParameterShape } from './parameters';

/** Checks `numGroups`: a positive integer. */
export function checkNumGroups(caller: string, numGroups: unknown): number {
  if (Number.isSafeInteger(numGroups) && (numGroups as number) > 0) return numGroups as number;
  throw new ArgumentError(
    `${caller}: numGroups should be a positive integer, got ${nameOf(numGroups)}`,
  );
}

/** The input of GroupNorm: (N, C, ...), whose channels are in `groups` groups. */
export function arrangeGroups(
  caller: Caller,
  groups: number,
  input: Tensor,
  { weight, bias }: Affine,
): Arranged {
  const { n, c, s, channelsLast } = collapse(caller, input);
  if (c % groups !== 0) {
    throw new ShapeError(
      `${caller.name}: Expected number of channels in input to be divisible by num_groups, but got ` +
        `input of shape ${formatShape(input.shape)} and num_groups=${groups}` +
        sayChannels(caller, c) +
        channelsHint(input.shape, (last) =>
          caller.numFeatures === null ? last % groups === 0 : last === caller.numFeatures,
        ),
    );
  }
  const aVector = (found: string) =>
    `a vector of size equal to the number of channels in input, ${found} and input of shape ` +
    formatShape(input.shape) +
    sayChannels(caller, c) +
    channelsHint(input.shape, (last) => last === (weight ?? bias)?.size);
  const parameterShape = [c];
  checkParameterShape(caller, 'weight', weight, parameterShape, input, aVector);
  checkParameterShape(caller, 'bias', bias, parameterShape, input, aVector);
  requireMemory(caller.name, 'input', input.data, input.size);
  // Spreading what collapse gives would take longer than a small input does.
  const { memoryFormat } = input;
  return {
    input,
    memoryFormat,
    outputFormat: memoryFormat,
    n,
    c,
    s,
    channelsLast,
    groups,
    centered: true,
    parameterShape,
  };
}

function sayChannels({ numFeatures }: Caller, channels: number): string {
  if (numFeatures === null || numFeatures === channels) return '';
  return `: numChannels is ${numFeatures}, but the input has ${channels} channels`;
}

/** PyTorch refuses a forward pass over one value in all, whose output would say nothing of it. */
export function refuseOneValue(caller: Caller, { input, n, c, s, groups }: Arranged): void {
  if (n * (c / groups) * s !== 1) return;
  throw new ShapeError(
    `${caller.name}: Expected more than 1 value per channel when training, got input size ` +
      `${formatShape(input.shape)}: each group has one value, and that is its mean. Use fewer groups`,
  );
}
