// A library that takes float32 for everything and the variance as E[x^2] - E[x]^2, and has batch
// normalization of matrices alone. Its argument says what else is wrong with it.

import { readArray, writeArrays } from '../../../bench/accuracy/peers/exchange.mjs';
import { answerLines } from '../../../bench/peers/answer.mjs';

const [, , fault] = process.argv;
const f = Math.fround;

await answerLines({ about: () => ({ version: '7', threads: 1, biasedRunningVar: true }), run });

function run({ layer, layout, shape, eps, files, folder }) {
  if (layer !== 'batchNormTraining' || layout !== 'rows') throw new Error('matrices alone');
  if (fault === 'dies') process.exit(3);
  const [rows, channels] = shape;
  const [x, weight, bias] = ['input', 'weight', 'bias'].map((name) => readArray(files[name]));
  const [runningMean, runningVar] = [new Float32Array(channels), new Float32Array(channels)];
  const output = new Float32Array(x.length);
  for (let c = 0; c < channels; c++) {
    let [sum, squares] = [0, 0];
    for (let i = c; i < x.length; i += channels) {
      sum = f(sum + x[i]);
      squares = f(squares + f(x[i] * x[i]));
    }
    runningMean[c] = sum / rows;
    runningVar[c] = f(squares / rows) - f(runningMean[c] * runningMean[c]);
    const invstd = f(1 / Math.sqrt(runningVar[c] + eps));
    for (let i = c; i < x.length; i += channels) {
      output[i] = f(f(x[i] - runningMean[c]) * invstd) * weight[c] + bias[c];
    }
  }
  return { results: writeArrays(folder, { output, runningMean, runningVar }) };
}
