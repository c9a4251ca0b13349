import { type Caller, channelsHint, collapse, type Described } from '../functional/internal';
import { formatShape } from '../tensor/shape';

let warned = false;

/**
 * Who asks, for an input of as many channels as it may have: a layer without any value per channel
 * takes them all, as PyTorch's does. Another number than the layer was made for is likely a mistake,
 * which a process warning says once.
 *
 * @param name What PyTorch calls the number of channels that the layer was made for.
 * @throws ShapeError where the input's rank is wrong.
 */
export function callerOfAny(caller: Caller, input: Described, name = 'num_features'): Caller {
  const { c } = collapse(caller, input);
  if (c === caller.numFeatures) return caller;
  warn(caller, input, c, name);
  return { ...caller, numFeatures: c };
}

function warn(
  { name, numFeatures, unbatchedRank }: Caller,
  { shape }: Described,
  c: number,
  wanted: string,
): void {
  if (warned) return;
  warned = true;
  const dim = shape.length === unbatchedRank ? 0 : 1;
  const hint = channelsHint(shape, (channels) => channels === numFeatures, unbatchedRank);
  process.emitWarning(
    `${name}: input's size at dim=${dim} does not match ${wanted}: the layer was made for ` +
      `${numFeatures} channels, and the input of shape ${formatShape(shape)} has ${c}${hint}. All are ` +
      'normalized, since a layer without weights and running statistics has nothing per channel. ' +
      'Make it with the number of channels that it gets',
    { type: 'ShapeWarning', code: 'BATCHNORM_NUM_FEATURES' },
  );
}
