/**
 * The layers that are measured, by the name that a case has. `shape` gives an input of 4 * `size`
 * elements, `size` of them to each mean; `setOf` is which mean an element of sample n and channel c
 * takes part in; `perElement` is whether each element of a sample has a weight of its own, and not each
 * channel.
 *
 * @typedef {{ layer: string, layout: 'contiguous' | 'channelsLast' | 'rows', size: number,
 *   offset: number, shape: number[], groups: number, name: string }} Case
 */
export const layers = {
  batchNormTraining: {
    title: 'BatchNorm, training',
    shape: { images: (size) => [2, 4, 5, size / 10], rows: (size) => [size, 4] },
    sets: ([, c]) => c,
    setOf: (_n, c) => c,
  },
  batchNormEval: {
    title: 'BatchNorm, eval',
    shape: { images: (size) => [2, 4, 5, size / 10], rows: (size) => [size, 4] },
    sets: ([, c]) => c,
    setOf: (_n, c) => c,
  },
  layerNorm: {
    title: 'LayerNorm',
    shape: { images: (size) => [4, 2, 5, size / 10], rows: (size) => [4, size] },
    sets: ([n]) => n,
    setOf: (n) => n,
    perElement: true,
  },
  groupNorm: {
    title: 'GroupNorm',
    groups: 2,
    shape: { images: (size) => [2, 4, 5, size / 10] },
    sets: ([n]) => n * 2,
    setOf: (n, c) => n * 2 + (c >> 1),
  },
  instanceNorm: {
    title: 'InstanceNorm',
    shape: { images: (size) => [2, 2, 5, size / 5] },
    sets: ([n, c]) => n * c,
    setOf: (n, c, channels) => n * channels + c,
  },
  rmsNorm: {
    title: 'RMSNorm',
    shape: { images: (size) => [4, 2, 5, size / 10], rows: (size) => [4, size] },
    sets: ([n]) => n,
    setOf: (n) => n,
    perElement: true,
  },
};

export const layouts = { contiguous: 'contiguous', channelsLast: 'channels last', rows: '(N, C)' };

/** What each pass gives that is measured, as documents name it. */
export const results = {
  output: 'output',
  gradInput: 'input gradient',
  gradWeight: 'weight gradient',
  gradBias: 'bias gradient',
  runningMean: 'running mean',
  runningVar: 'running variance',
};

/** float32 has it exactly: some libraries keep it so. */
export const eps = 2 ** -17;
