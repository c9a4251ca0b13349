import { fold, nearest } from './did-you-mean';

/**
 * What PyTorch, Keras, TensorFlow, Flax and ONNX call an option, folded, and what it may be called
 * here: the first that the function has is meant.
 */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  epsilon: ['eps'],
  varianceepsilon: ['eps'],
  decay: ['momentum'],
  gamma: ['weight'],
  beta: ['bias'],
  offset: ['bias'],
  scale: ['weight', 'elementwiseAffine', 'affine'],
  usescale: ['elementwiseAffine', 'affine'],
  center: ['bias', 'affine'],
  usebias: ['bias', 'affine'],
  affine: ['elementwiseAffine'],
  elementwiseaffine: ['affine'],
  mean: ['runningMean'],
  movingmean: ['runningMean'],
  var: ['runningVar'],
  variance: ['runningVar'],
  movingvar: ['runningVar'],
  movingvariance: ['runningVar'],
  runningvariance: ['runningVar'],
  savemean: ['mean'],
  rstd: ['invstd'],
  saveinvstd: ['invstd'],
  train: ['training'],
  istraining: ['training'],
  userunningaverage: ['training'],
  channels: ['numFeatures', 'numChannels'],
  features: ['numFeatures', 'numChannels', 'normalizedShape'],
  numfeatures: ['numChannels', 'normalizedShape'],
  numchannels: ['numFeatures'],
  groups: ['numGroups'],
  shape: ['normalizedShape'],
  axis: ['normalizedShape'],
  dim: ['normalizedShape'],
  alpha: ['negativeSlope'],
  slope: ['negativeSlope'],
  act: ['activation'],
  shortcut: ['residual'],
  type: ['dtype'],
  layout: ['memoryFormat'],
  dataformat: ['memoryFormat'],
};

const channelsAxis =
  "channels are axis 1 of every shape, (N, C, ...); memory in the order (N, ..., C) is memoryFormat: 'channelsLast' of the tensor";

/** What others have and nothing here corresponds to. */
const notes: Readonly<Record<string, string>> = {
  axis: channelsAxis,
  dataformat: channelsAxis,
  device: 'everything runs on the CPU, leave it out',
  inplace: 'pass out to forward: the input itself',
  training: 'train() and eval() set the mode of a module',
  train: 'train() and eval() set the mode of a module',
};

/**
 * What an error says of an option that is not known: what was meant.
 *
 * @internal
 */
export function hintForName(
  name: string,
  caller: string,
  known: readonly string[],
  leading: string | undefined,
): string {
  const folded = fold(name);
  const meant = Object.hasOwn(otherNames, folded) ? (otherNames[folded] ?? []) : [];
  const before = leading?.split(', ') ?? [];
  for (const candidate of [folded, ...meant]) {
    const option = known.find((each) => fold(each) === fold(candidate));
    if (option !== undefined) return `: did you mean ${option}?`;
    const argument = before.find((each) => fold(each) === fold(candidate));
    if (argument !== undefined) {
      return `: ${argument} is an argument of its own, ${callOf(caller, leading, 'options')}`;
    }
  }
  if (Object.hasOwn(notes, folded)) return `: ${notes[folded]}`;
  const near = nearest(name, known);
  return near === undefined ? '' : `: did you mean ${near}?`;
}

/**
 * What an error says of a value that stands where the options do: PyTorch takes it by position.
 *
 * @internal
 */
export function hintForValue(
  value: unknown,
  caller: string,
  known: readonly string[],
  leading: string | undefined,
): string {
  const option = optionFor(value, known, leading);
  if (leading === undefined) return option === null ? '' : `: did you mean { ${option} }?`;
  if (leading.endsWith('normalizedShape') && Number.isSafeInteger(value) && Number(value) > 0) {
    return `: a normalizedShape of several sizes is an array, ${callOf(caller, '[4, 8]', null)}`;
  }
  const named = option ?? `${known.slice(0, 2).join(', ')}, ...`;
  return `: options go by their names, ${callOf(caller, leading, `{ ${named} }`)}`;
}

/** The option that such a value is most likely to be, as it is written in an object. */
function optionFor(
  value: unknown,
  known: readonly string[],
  leading: string | undefined,
): string | null {
  const first = (...names: readonly string[]) => names.find((name) => known.includes(name));
  switch (typeof value) {
    case 'boolean': {
      const name = first('strict', 'persistent', 'trainable');
      return name === undefined ? null : `${name}: ${value}`;
    }
    case 'number':
      return known[0] === 'eps' ? `eps: ${value}` : null;
    case 'string': {
      const isFormat = /^(channels|contiguous|n[a-z]+$)/i.test(value);
      const name = isFormat ? first('memoryFormat') : first('prefix', 'dtype');
      return name === undefined || value.length > 40 ? null : `${name}: '${value}'`;
    }
    default:
      // PyTorch's functions have it last, and no other method takes a tensor there.
      return leading === undefined && isObject(value) ? (first('out') ?? null) : null;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function callOf(caller: string, leading: string | undefined, options: string | null): string {
  const isFunction = /^[a-z]/.test(caller);
  const args = [leading, options].filter(
    (each) => each !== undefined && each !== null && each !== '',
  );
  return `as ${isFunction ? '' : 'new '}${caller}(${args.join(', ')})`;
}
