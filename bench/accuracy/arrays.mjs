import { manualSeed, randn } from 'batchnorm';
import { momentsOf } from './oracle/moments.mjs';
import { runsOf } from './oracle/runs.mjs';

/**
 * What a case is computed from, the same in each run: an input of standard deviation 1 about the
 * offset, as float32 has it; the gradient of the output, weight and bias of normal noise; and for
 * BatchNorm running statistics, in evaluation those that fit.
 *
 * @param {import('./layers.mjs').Case} one
 * @returns {Record<string, Float32Array>} by name, `input` and `gradOutput` in memory order
 */
export function arraysOf(one) {
  manualSeed(one.size);
  const geometry = runsOf(one);
  const noise = (size) => randn([size]).data;
  const weight = noise(geometry.parameters).map((value) => 1 + value / 4);
  const bias = noise(geometry.parameters);
  const gradOutput = noise(4 * one.size);
  const input = noise(4 * one.size);
  spread(input, one.offset, geometry);
  const evaluation = one.layer === 'batchNormEval';
  const isBatchNorm = evaluation || one.layer === 'batchNormTraining';
  return {
    input,
    gradOutput,
    weight,
    ...(one.layer !== 'rmsNorm' && { bias }),
    ...(isBatchNorm && {
      runningMean: new Float32Array(geometry.sets).fill(evaluation ? one.offset : 0),
      runningVar: new Float32Array(geometry.sets).fill(1),
    }),
  };
}

/** Gives each set the mean `offset` and the unbiased variance 1, but for float32's rounding. */
function spread(values, offset, geometry) {
  const { count, pivot, rest, variance } = momentsOf(values, geometry, true);
  const scale = variance.map((value) => Math.sqrt((count - 1) / count / value));
  const { length, runs } = geometry;
  for (const { start, stride, set } of runs) {
    for (let k = 0; k < length; k++) {
      const index = start + k * stride;
      values[index] = offset + (values[index] - pivot[set] - rest[set]) * scale[set];
    }
  }
}
