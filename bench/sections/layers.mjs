import { bothFormats, bytesOf, caseText, plain } from '../cases.mjs';
import { layerPasses } from '../layers.mjs';
import { measureRatios } from '../ratios.mjs';

// The most that each pass may cost, as a multiple of copying the tensor.
const bySample = { forward: 1.3, backward: 2.6 };
const byChannel = { forward: 1.5, backward: 2.8 };

const rows = [
  [4096, 768],
  [512, 4096],
];
const ofSamples = ['LayerNorm', 'RMSNorm'].flatMap((layer) =>
  rows.map((shape) => ({ ...plain(shape), layer, goals: bySample })),
);

const groupNorm = bothFormats([16, 256, 32, 32]).map((one) => ({
  ...one,
  layer: 'GroupNorm',
  groups: 32,
  goals: byChannel,
}));

const instanceNorm = [false, true].flatMap((affine) =>
  bothFormats([16, 64, 64, 64]).map((one) => ({
    ...one,
    layer: 'InstanceNorm2d',
    affine,
    goals: byChannel,
  })),
);

const float32Cases = [...ofSamples, ...groupNorm, ...instanceNorm];

/** The layers beside batch normalization. */
export const cases = [
  ...float32Cases,
  ...float32Cases.map((one) => ({ ...one, dtype: 'float64' })),
].map((one) => ({ ...one, name: `layers ${caseText(one)}`, memory: 4 * bytesOf(one) }));

export const rounds = 41;

export function measure(one, options) {
  return measureRatios(one, layerPasses(one), options);
}
