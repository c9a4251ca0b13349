// Run by scripts/test-huge.mjs, on dist/: passes over 2^31 + 17 elements, of which every one is
// checked. Prints the passes that were as they should be.
import { strict as assert } from 'node:assert';
import { BatchNorm2d, Tensor } from 'batchnorm';

const elements = Number(process.argv[2] ?? 2 ** 31 + 17);
// The only small number that divides it, into channels of an odd size.
const channels = 5;
const size = elements / channels;
assert.ok(Number.isInteger(size) && size % 2 === 1 && size > 2 ** 26);

// 1 and -1 in turn: so they are in each channel, in either memory format. As the size is odd, the
// mean of a channel is 1 / size or -1 / size, and the variance 1 - 1 / size^2: float32 tells neither
// from 0 and 1 where it stands beside a 1. What differs between channels are weight and bias, small
// integers, with which nothing is rounded.
const x = new Float32Array(elements);
x.set([1, -1]);
for (let filled = 2; filled < elements; filled *= 2) {
  x.copyWithin(filled, 0, Math.min(filled, elements - filled));
}
const y = new Float32Array(elements);
const weight = [1, 2, 3, -4, 5];
const bias = [0, -7, 16, 1, 3];

function layer(training) {
  const bn = new BatchNorm2d(channels, { eps: 0, momentum: 1 }).train(training);
  bn.weight.data.set(weight);
  bn.bias.data.set(bias);
  return bn;
}

const expectedOf = (channel, sign) => sign * weight[channel] + bias[channel];

/** The values that repeat from element `start` on, and where they end. */
function* patterns(memoryFormat) {
  if (memoryFormat === 'channelsLast') {
    const one = (j) => expectedOf(j % channels, j % 2 === 0 ? 1 : -1);
    yield {
      start: 0,
      end: elements,
      pattern: Array.from({ length: 2 * channels }, (_, j) => one(j)),
    };
    return;
  }
  for (let c = 0; c < channels; c++) {
    const first = (c * size) % 2 === 0 ? 1 : -1;
    const pattern = [expectedOf(c, first), expectedOf(c, -first)];
    yield { start: c * size, end: (c + 1) * size, pattern };
  }
}

function checkOutput(memoryFormat) {
  for (const { start, end, pattern } of patterns(memoryFormat)) {
    // A multiple of every pattern's length, below 2^30: indices that the engine has a fast way for.
    const step = 10 * 2 ** 20;
    for (let from = start; from < end; from += step) {
      const wrong = firstWrong(y.subarray(from, Math.min(from + step, end)), pattern);
      if (wrong < 0) continue;
      assert.fail(
        `element ${from + wrong} is ${y[from + wrong]}, ${pattern[wrong % pattern.length]} was expected`,
      );
    }
  }
}

function firstWrong(part, pattern) {
  const period = pattern.length;
  for (let k = 0; k < period; k++) {
    const expected = pattern[k];
    for (let i = k; i < part.length; i += period) if (part[i] !== expected) return i;
  }
  return -1;
}

/** The sign that there is one more of in a channel. */
function signOf(memoryFormat, channel) {
  const first = memoryFormat === 'contiguous' ? channel * size : channel;
  return first % 2 === 0 ? 1 : -1;
}

async function check(name, memoryFormat, training, forward) {
  const shape = [1, channels, size, 1];
  const bn = layer(training);
  y.fill(Number.NaN);
  const out = new Tensor(y, shape, memoryFormat);
  await forward(bn, new Tensor(x, shape, memoryFormat), { out, grad: false });
  checkOutput(memoryFormat);
  if (training) {
    for (let c = 0; c < channels; c++) {
      const mean = signOf(memoryFormat, c) / size;
      // Means of blocks are joined in float64: some roundings, which is less than one of float32.
      assert.ok(Math.abs(bn.runningMean.data[c] - mean) <= 2 ** -23 * Math.abs(mean), `mean ${c}`);
      assert.equal(bn.runningVar.data[c], 1, `variance ${c}`);
    }
  }
  console.log(`${name}: every element is as it should be`);
}

const sync = (bn, input, options) => bn.forward(input, options);
const async = (bn, input, options) => bn.forwardAsync(input, options);
await check('evaluation', 'contiguous', false, sync);
await check('training', 'contiguous', true, sync);
await check('training, channels last', 'channelsLast', true, sync);
await check('evaluation, channels last', 'channelsLast', false, sync);
if (process.argv[3] === 'async')
  await check('evaluation, asynchronous', 'contiguous', false, async);
