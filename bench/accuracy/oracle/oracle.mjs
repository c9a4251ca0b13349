import { eps } from '../layers.mjs';
import { momentsOf } from './moments.mjs';
import { runsOf } from './runs.mjs';
import { Sums } from './sums.mjs';

/**
 * The right results of a case, in float64 with compensated sums, from the very float32 numbers that
 * the libraries are given. Elements come one by one, since all of them in float64 are half a gigabyte.
 *
 * @param {import('../layers.mjs').Case} one
 * @param {Record<string, Float32Array>} arrays `input` and `gradOutput` in memory order, `weight` and
 * `bias`; `runningMean` and `runningVar` for evaluation
 * @returns the right values by result: an array, or a function that calls `visit(index, value)` for
 * each element of the input
 */
export function oracle(one, arrays) {
  const geometry = runsOf(one);
  const { sets, parameters, length, runs } = geometry;
  const { input, gradOutput, weight, bias } = arrays;
  const given = one.layer === 'batchNormEval';
  const centred = one.layer !== 'rmsNorm';
  const { count, pivot, rest, variance } = given
    ? givenMoments(arrays)
    : momentsOf(input, geometry, centred);
  const invstd = variance.map((value) => 1 / Math.sqrt(value + eps));

  /** Calls `visit(index, set, parameter, z)` for each element, z being what it is normalized to. */
  function walk(visit) {
    for (const { start, stride, set, parameter, step } of runs) {
      const [first, second, scale] = [pivot[set], rest[set], invstd[set]];
      for (let k = 0; k < length; k++) {
        const index = start + k * stride;
        visit(index, set, parameter + k * step, (input[index] - first - second) * scale);
      }
    }
  }

  const sums = {
    g: new Sums(sets),
    gz: new Sums(sets),
    dy: new Sums(parameters),
    dyz: new Sums(parameters),
  };
  walk((index, set, parameter, z) => {
    const dy = gradOutput[index];
    const g = dy * weight[parameter];
    sums.g.add(set, g);
    sums.gz.add(set, g * z);
    sums.dy.add(parameter, dy);
    sums.dyz.add(parameter, dy * z);
  });
  // What goes back through the statistics, where there are any of the batch.
  const through = (sum, exists) => sum.values().map((value) => (exists ? value / count : 0));
  const meanG = through(sums.g, centred && !given);
  const meanGZ = through(sums.gz, !given);

  return {
    output: (visit) =>
      walk((index, _set, p, z) => visit(index, z * weight[p] + (bias ? bias[p] : 0))),
    gradInput: (visit) =>
      walk((index, set, p, z) => {
        const g = gradOutput[index] * weight[p];
        visit(index, (g - meanG[set] - z * meanGZ[set]) * invstd[set]);
      }),
    gradWeight: sums.dyz.values(),
    ...(bias && { gradBias: sums.dy.values() }),
    ...(one.layer === 'batchNormTraining' && {
      runningMean: pivot.map((value, set) => value + rest[set]),
      runningVar: variance.map((value) => (value * count) / (count - 1)),
      biasedRunningVar: variance,
    }),
  };
}

function givenMoments({ runningMean, runningVar }) {
  const pivot = Float64Array.from(runningMean);
  return { pivot, rest: new Float64Array(pivot.length), variance: Float64Array.from(runningVar) };
}
