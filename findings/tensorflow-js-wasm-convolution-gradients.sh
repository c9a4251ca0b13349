#!/bin/sh
# Training a convolution on TensorFlow.js's wasm backend.
#
# Seen with @tensorflow/tfjs 4.22.0: tf.conv2d, tf.conv1d and tf.depthwiseConv2d have no gradient of the
# filter there ("Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'"), though prediction works.
# tf.conv3d has one: a 2-D convolution written as a 3-D one of depth 1 trains, with the gradients that
# tf.conv2d has on the cpu backend. Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --ignore-scripts --silent --no-audit --no-fund \
  @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
cat >run.cjs <<'JS'
const assert = require('node:assert');
console.warn = () => {};
console.info = () => {};
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');

const conv3d = (x, filter) =>
  tf.squeeze(tf.conv3d(tf.expandDims(x, 1), tf.expandDims(filter, 0), 1, 'same'), [1]);
const layers = {
  conv2d: [[2, 8, 8, 3], [3, 3, 3, 4], (x, filter) => tf.conv2d(x, filter, 1, 'same')],
  conv1d: [[2, 8, 3], [3, 3, 4], (x, filter) => tf.conv1d(x, filter, 1, 'same')],
  depthwiseConv2d: [[2, 8, 8, 3], [3, 3, 3, 1], (x, filter) => tf.depthwiseConv2d(x, filter, 1, 'same')],
  'conv3d of depth 1': [[2, 8, 8, 3], [3, 3, 3, 4], conv3d],
};

function gradient([shape, size, convolve]) {
  const x = tf.randomNormal(shape, 0, 1, 'float32', 1);
  const filter = tf.randomNormal(size, 0, 1, 'float32', 2);
  convolve(x, filter).dataSync();
  try {
    const [, slope] = tf.grads((a, b) => tf.sum(tf.square(convolve(a, b))))([x, filter]);
    return slope.arraySync().flat(Infinity);
  } catch ({ message }) {
    return message;
  }
}

(async () => {
  const found = {};
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    for (const [name, layer] of Object.entries(layers)) {
      const slope = gradient(layer);
      found[`${backend} ${name}`] = slope;
      console.log(`${backend}, ${name}: ${Array.isArray(slope) ? 'trains' : slope}`);
    }
  }
  console.log(`TensorFlow.js ${tf.version.tfjs}`);
  const missing = (name) => `Kernel '${name}' not registered for backend 'wasm'`;
  assert.equal(found['wasm conv2d'], missing('Conv2DBackpropFilter'));
  assert.equal(found['wasm conv1d'], missing('Conv2DBackpropFilter'));
  assert.equal(found['wasm depthwiseConv2d'], missing('DepthwiseConv2dNativeBackpropInput'));
  const [expected, actual] = [found['cpu conv2d'], found['wasm conv3d of depth 1']];
  const most = Math.max(...expected.map(Math.abs));
  assert.ok(expected.every((value, i) => Math.abs(value - actual[i]) < 1e-5 * most));
})();
JS
node run.cjs
