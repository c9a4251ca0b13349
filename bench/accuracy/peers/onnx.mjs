import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { described, encodeModel, node } from '../../../examples/shared/onnx/encode.mjs';
import { requirePeer } from '../../peers/installed.mjs';
import { eps } from '../layers.mjs';

/** Each layer's operation, with the first version of the operations that has it. */
const operations = {
  batchNormTraining: { type: 'BatchNormalization', opset: 15 },
  batchNormEval: { type: 'BatchNormalization', opset: 15 },
  layerNorm: { type: 'LayerNormalization', opset: 17 },
  groupNorm: { type: 'GroupNormalization', opset: 21 },
  instanceNorm: { type: 'InstanceNormalization', opset: 15 },
  rmsNorm: { type: 'RMSNormalization', opset: 23 },
};

/** Writes the ONNX model of a case; gives its file, the shapes of its inputs, and its
 * outputs' names by result. */
export function onnxModel({ layer, layout, shape, groups }, folder) {
  if (layout === 'channelsLast') throw new Error('ONNX has no channels last layout');
  const { type, opset } = operations[layer];
  const training = layer === 'batchNormTraining';
  const perElement = layer === 'layerNorm' || layer === 'rmsNorm';
  const parameter = perElement ? shape.slice(1) : [shape[1]];
  const inputs = { input: shape, weight: parameter };
  if (layer !== 'rmsNorm') inputs.bias = parameter;
  if (type === 'BatchNormalization') {
    Object.assign(inputs, { runningMean: parameter, runningVar: parameter });
  }
  const outputs = { output: shape };
  if (training) Object.assign(outputs, { runningMean: parameter, runningVar: parameter });
  // An output of the graph has a name of its own.
  const named = Object.fromEntries(Object.keys(outputs).map((name) => [name, `${name}Result`]));
  const operation = node(type, Object.keys(inputs), Object.values(named), {
    epsilon: { f: eps },
    ...(training && { momentum: { f: 0 }, training_mode: { i: 1 } }),
    ...(perElement && { axis: { i: 1 } }),
    ...(groups && { num_groups: { i: groups } }),
  });
  const describe = (shapes, suffix = '') =>
    Object.entries(shapes).map(([name, each]) => described(`${name}${suffix}`, 'float32', each));
  const graph = {
    name: layer,
    node: [operation],
    input: describe(inputs),
    output: describe(outputs, 'Result'),
  };
  const model = join(folder, 'model.onnx');
  writeFileSync(model, encodeModel(requirePeer('protobufjs'), graph, opset));
  return { model, inputs, outputs: named };
}
