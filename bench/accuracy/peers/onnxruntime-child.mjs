// onnxruntime-node, as npm run accuracy asks it: models of one operation each.
import { answerLines } from '../../peers/answer.mjs';
import { requirePeer } from '../../peers/installed.mjs';
import { readArray, writeArrays } from './exchange.mjs';

// It would report its use to its makers.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const ort = requirePeer('onnxruntime-node');
const { version } = requirePeer('onnxruntime-node/package.json');

await answerLines({ about: () => ({ version, threads: 1, biasedRunningVar: true }), run });

async function run({ model, inputs, outputs, files, folder }) {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const feed = ([name, shape]) => [name, new ort.Tensor('float32', readArray(files[name]), shape)];
  const found = await session.run(Object.fromEntries(Object.entries(inputs).map(feed)));
  const results = Object.entries(outputs).map(([result, name]) => [result, found[name].data]);
  await session.release();
  return { results: writeArrays(folder, Object.fromEntries(results)) };
}
