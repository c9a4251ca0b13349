import * as tf from '@tensorflow/tfjs-core';
import { difference } from './backends';

/** As docs/tensorflow-js.md has it. */
function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const volume = tf.expandDims(x, 1) as tf.Tensor5D;
  const filters = tf.expandDims(filter, 0) as tf.Tensor5D;
  return tf.squeeze(tf.conv3d(volume, filters, 1, 'same'), [1]);
}

const x = () => tf.randomNormal<tf.Rank.R4>([2, 7, 6, 3], 0, 1, 'float32', 1);
const filter = () => tf.randomNormal<tf.Rank.R4>([3, 3, 3, 4], 0, 1, 'float32', 2);
const dy = () => tf.randomNormal<tf.Rank.R4>([2, 7, 6, 4], 0, 1, 'float32', 3);

test("TensorFlow.js's wasm backend trains no convolution, as docs/tensorflow-js.md says", async () => {
  await tf.setBackend('wasm');
  tf.tidy(() => {
    const gradient = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'),
    );
    expect(() => gradient([x(), filter()], dy())).toThrow(
      "Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'",
    );
  });
});

test('a 3-D convolution of depth 1 is what that guide says it is, gradients too', async () => {
  await tf.setBackend('cpu');
  const given = [x(), filter(), dy()] as const;
  const run = (convolve: typeof conv2d) =>
    tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) => convolve(a as tf.Tensor4D, b as tf.Tensor4D))(
      [given[0], given[1]],
      given[2],
    );
  const expected = run((a, b) => tf.conv2d(a, b, 1, 'same'));
  const wanted = [expected.value, ...expected.grads].map((tensor) => tensor.arraySync());
  await tf.setBackend('wasm');
  const { value, grads } = run(conv2d);
  for (const [i, actual] of [value, ...grads].entries()) {
    // Sums of 84 products, each rounded to 2^-24.
    expect(difference(actual, tf.tensor(wanted[i] as tf.TensorLike))).toBeLessThan(1e-5);
  }
});
