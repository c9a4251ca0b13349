const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { BatchNorm2d, tensor } = require('batchnorm');

const dump = JSON.parse(readFileSync(join(__dirname, 'dump.json'), 'utf8'));

// PyTorch computes in float32 and folds the mean into an offset, which costs it a few of float32's
// units (2^-23, about 1.2e-7) of the largest value; 8 of them leave room for other versions.
const TOLERANCE = 8 * 2 ** -23;

test.each(dump.inference)('inference gives what PyTorch gives (batch %#)', ({ input, output }) => {
  const layer = trained().eval();
  expectClose(layer.forward(read(input)), read(output));
});

test('a step of training gives what PyTorch gives', () => {
  const { input, output, gradOutput, gradInput, gradWeight, gradBias, state } = dump.training;
  const layer = trained();
  expectClose(layer.forward(read(input)), read(output));
  expectClose(layer.backward(read(gradOutput)), read(gradInput));
  expectClose(layer.weight.grad, read(gradWeight));
  expectClose(layer.bias.grad, read(gradBias));

  expectClose(layer.runningMean, tensor(state.running_mean));
  expectClose(layer.runningVar, tensor(state.running_var));
  expect(layer.numBatchesTracked).toBe(state.num_batches_tracked);
});

/** The layer as it was dumped. */
function trained() {
  const { num_batches_tracked, ...tensors } = dump.state;
  const layer = new BatchNorm2d(tensors.weight.length);
  const entries = Object.entries(tensors).map(([key, values]) => [key, tensor(values)]);
  layer.loadStateDict({ ...Object.fromEntries(entries), num_batches_tracked });
  return layer;
}

function read({ shape, data }) {
  return tensor(data, shape);
}

/** No element is off by more than TOLERANCE of the largest. */
function expectClose(actual, expected) {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const furthest = expected.data.reduce(
    (max, value, i) => Math.max(max, Math.abs(value - actual.data[i])),
    0,
  );
  expect(furthest).toBeLessThanOrEqual(TOLERANCE * largest);
}
