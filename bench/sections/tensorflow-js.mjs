import { availableParallelism } from 'node:os';
import { bytesOf, plain, shapeText } from '../cases.mjs';
import { interleave } from '../interleave.mjs';
import { onThreads, timed } from '../samplers.mjs';
import { median, medianRatio } from '../statistics.mjs';

const passes = {
  training: { name: 'training step', goal: 10 },
  inference: { name: 'inference', goal: 8 },
};

/** In TensorFlow.js's order, (N, H, W, C). */
const shapes = [
  [60, 100],
  [32, 56, 56, 64],
];

/** On cpu alone can it train convolutions; on wasm it is at its best. */
const backends = ['wasm', 'cpu'];

/**
 * TensorFlow.js's layer for batch normalization on its wasm and cpu backends: with its own kernels,
 * with ours registered, and our layer in its place.
 */
export const cases = backends.flatMap((backend) =>
  shapes.flatMap((shape) =>
    Object.entries(passes).map(([pass, { name, goal }]) => {
      const one = plain(shape, 'channelsLast');
      const isLarge = shape.length === 4;
      return {
        ...one,
        pass,
        backend,
        // Of small ones the most is the engine's own bookkeeping, which stays.
        goal: isLarge && backend === 'wasm' ? goal : undefined,
        calls: isLarge ? 1 : 20,
        name: `tensorflow.js ${backend} ${shapeText(one)} ${name}`,
        memory: 20 * bytesOf(one),
      };
    }),
  ),
);

export const rounds = 7;

const settlingMs = 30;

export async function open() {
  // Not before it is asked for: it takes a while to load.
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  await import('@tensorflow/tfjs-backend-wasm');
  const { layers } = await import('@tensorflow/tfjs-layers');
  const ours = await import('batchnorm/tfjs');
  const threads = availableParallelism();
  return {
    about: { version: tf.version_core, threads },
    measure: (one, options) => measure({ tf, layers, ours, threads }, one, options),
    close: () => ours.restore(),
  };
}

async function measure({ tf, layers, ours, threads }, one, { rounds }) {
  const { shape, pass, calls, backend } = one;
  await tf.setBackend(backend);
  const x = tf.randomNormal(shape);
  const dy = tf.randomNormal(shape);
  const run = (make) => {
    const layer = make({ inputShape: shape.slice(1) });
    layer.apply(x).dispose();
    const train = () => {
      const learned = layer.trainableWeights.map((weight) => weight.read());
      return tf.grads((input) => layer.apply(input, { training: true }))([x, ...learned], dy);
    };
    const infer = () => layer.apply(x);
    const act = pass === 'training' ? train : infer;
    return () => tf.dispose(tf.tidy(act));
  };
  const theirs = run((args) => layers.batchNormalization(args));
  const own = run((args) => ours.layers.batchNormalization(args));
  // Each starts with calls that do not count: kernels that are new to the engine have to be compiled,
  // and the one before has left the caches as it needs them.
  const turn = (kernels, act, threads) => {
    const sampler = onThreads(threads, timed(act, calls));
    return () => {
      kernels();
      const start = performance.now();
      do act();
      while (performance.now() - start < settlingMs);
      return sampler();
    };
  };
  const times = await interleave(
    {
      theirs: turn(ours.restore, theirs, 1),
      registeredOne: turn(ours.register, theirs, 1),
      registered: turn(ours.register, theirs, threads),
      ownOne: turn(ours.register, own, 1),
      own: turn(ours.register, own, threads),
    },
    { rounds, warmUp: 1 },
  );
  tf.dispose([x, dy]);
  const { theirs: base, ...faster } = times;
  const each = (value) =>
    Object.fromEntries(Object.entries(faster).map(([name, own]) => [name, value(own)]));
  return {
    ...one,
    theirsMs: median(base),
    ms: each(median),
    times: each((own) => medianRatio(base, own)),
  };
}
