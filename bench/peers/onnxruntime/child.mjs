// onnxruntime-node as a peer of the bench: BatchNormalization on the CPU, one thread.
import { answer } from '../answer.mjs';
import { requirePeer } from '../installed.mjs';
import { caseValues } from '../values.mjs';
import { batchNormModel, inputNames } from './model.mjs';

// It would report its use to its makers.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const ort = requirePeer('onnxruntime-node');
const protobuf = requirePeer('protobufjs');
const { version } = requirePeer('onnxruntime-node/package.json');

await answer(() => ({ version, threads: 1 }), prepare);

async function prepare({ shape, dtype, memoryFormat, eps, values }) {
  const nothing = { passes: {}, release() {} };
  if (memoryFormat === 'channelsLast' && shape.length > 2) {
    return { ...nothing, leftOut: 'ONNX has no channels last layout' };
  }
  const valuesOf = caseValues({ shape, dtype, values });
  const feeds = {
    x: tensor(valuesOf('input'), shape),
    ...Object.fromEntries(inputNames.slice(1).map((name) => [name, tensor(valuesOf(name))])),
  };
  const evaluation = await pass(
    feeds,
    { y: like(feeds.x) },
    { shape, dtype, eps, training: false },
  );
  const outputs = { y: like(feeds.x), nextMean: like(feeds.bias), nextVar: like(feeds.bias) };
  const training = await pass(feeds, outputs, { shape, dtype, eps, training: true });
  return {
    passes: { eval: evaluation, training },
    leftOut: 'onnxruntime-node has no gradients',
    async release() {
      await evaluation.session.release();
      await training.session.release();
    },
  };
}

/** One session, whose outputs are written to `outputs`. */
async function pass(feeds, outputs, about) {
  const model = batchNormModel(protobuf, about);
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' };
  const session = await ort.InferenceSession.create(model, options);
  return {
    session,
    async time(calls) {
      const start = performance.now();
      for (let call = 0; call < calls; call++) await session.run(feeds, outputs);
      return (performance.now() - start) / calls;
    },
    async result() {
      await session.run(feeds, outputs);
      return { output: Array.from(outputs.y.data) };
    },
  };
}

function like({ data, dims }) {
  return tensor(new data.constructor(data.length), dims);
}

function tensor(data, shape = [data.length]) {
  const type = data instanceof Float64Array ? 'float64' : 'float32';
  return new ort.Tensor(type, data, shape);
}
