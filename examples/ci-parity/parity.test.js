const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const batchnorm = require('batchnorm');

const { assertClose, loadSafetensors } = batchnorm;

const dump = join(__dirname, 'dump');
const { layers } = JSON.parse(readFileSync(join(dump, 'layers.json'), 'utf8'));
const weights = loadSafetensors(join(dump, 'weights.safetensors'));
const everything = Object.entries(loadSafetensors(join(dump, 'recorded.safetensors')));

/** What is recorded under the keys that begin so, by the rest of these. */
function recorded(prefix) {
  const found = everything.filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
}

describe.each(Object.entries(layers))('%s', (name, { kind, args }) => {
  test('gives in evaluation what PyTorch gives', () => {
    const { input, output } = recorded(`eval.${name}.`);
    assertClose(load().eval().forward(input), output);
  });

  test('gives in a step of training what PyTorch gives', () => {
    const layer = load();
    const { input, output, gradOutput, gradInput } = recorded(`train.${name}.`);
    assertClose(layer.forward(input), output);
    assertClose(layer.backward(gradOutput), gradInput);

    const gradients = layer.namedParameters().map(([key, { grad }]) => [key, grad]);
    assertClose(Object.fromEntries(gradients), recorded(`train.${name}.grad.`));
    assertClose(layer.stateDict(), recorded(`train.${name}.after.`));
  });

  /** The layer as it was trained. */
  function load() {
    const layer = new batchnorm[kind](...args);
    layer.loadStateDict(weights, { prefix: `${name}.` });
    return layer;
  }
});
