import { bothFormats, bytesOf, caseText, plain } from '../cases.mjs';
import { passes } from '../passes.mjs';
import { measureRatios } from '../ratios.mjs';

// The most that each pass may cost, as a multiple of copying the tensor.
const channelFitsL2 = { eval: 1.1, training: 1.6, backward: 2.6 };
const channelDoesNot = { eval: 1.1, training: 2.1, backward: 3.2 };
const channelsLast = { eval: 1.15, training: 2.0, backward: 3.0 };

const fitting = [
  [32, 64, 56, 56],
  [32, 256, 56, 56],
  [20, 100, 35, 45],
  [32, 512, 14, 14],
  [32, 2048, 7, 7],
];
const tooLarge = [
  [20, 100, 35, 45, 10],
  [256, 64, 56, 56],
];
const rows = [
  [8192, 256],
  [65_536, 64],
];

/** The float32 cases, which the peers are compared in too. */
export const float32Cases = [...fitting, ...tooLarge]
  .flatMap((shape) => bothFormats(shape))
  .concat(rows.map((shape) => plain(shape)));

// Without the largest: its tensors would take gigabytes.
const float64Cases = [...fitting, tooLarge[0]]
  .flatMap((shape) => bothFormats(shape, 'float64'))
  .concat(rows.map((shape) => plain(shape, 'contiguous', 'float64')));

const reluCases = [fitting[0], fitting[2], fitting[4], tooLarge[1]]
  .flatMap((shape) => bothFormats(shape))
  .concat(plain(rows[0]))
  .map((one) => ({ ...one, activation: 'relu' }));

const residualCases = [fitting[0], tooLarge[1]]
  .flatMap((shape) => bothFormats(shape))
  .map((one) => ({ ...one, activation: 'relu', residual: true }));

const otherCases = [
  { ...plain(fitting[0]), activation: 'leakyRelu' },
  { ...plain(fitting[0]), inPlace: true },
];

const all = [float32Cases, float64Cases, reluCases, residualCases, otherCases].flat();

export const cases = all.map((one) => ({
  ...one,
  name: `large ${caseText(one)}`,
  memory: 5 * bytesOf(one),
  goals: goals(one),
}));

/** Those of the shape, fused or not. */
function goals({ shape, memoryFormat }) {
  if (memoryFormat === 'channelsLast' || shape.length === 2) return channelsLast;
  return tooLarge.includes(shape) ? channelDoesNot : channelFitsL2;
}

export const rounds = 41;

export function measure(one, options) {
  return measureRatios(one, passes(one), options);
}
