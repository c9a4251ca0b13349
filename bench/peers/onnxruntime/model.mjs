import { fileURLToPath } from 'node:url';

const schema = fileURLToPath(new URL('onnx.proto', import.meta.url));
const elementTypes = { float32: 1, float64: 11 };
const attributeTypes = { f: 1, i: 2 };

export const inputNames = ['x', 'weight', 'bias', 'runningMean', 'runningVar'];

/**
 * An ONNX model of one BatchNormalization (opset 15) whose inputs are all given at each run; with
 * `training`, the outputs are y and the running statistics that follow.
 *
 * @param protobuf the package protobufjs
 */
export function batchNormModel(protobuf, { shape, dtype, eps, training }) {
  const Model = protobuf.loadSync(schema).lookupType('onnx.ModelProto');
  const perChannel = [shape[1]];
  const outputNames = training ? ['y', 'nextMean', 'nextVar'] : ['y'];
  const described = ([first, ...others]) => [
    tensor(first, dtype, shape),
    ...others.map((name) => tensor(name, dtype, perChannel)),
  ];
  const node = {
    opType: 'BatchNormalization',
    input: inputNames,
    output: outputNames,
    attribute: [
      attribute('epsilon', { f: eps }),
      // Of the old running statistics.
      attribute('momentum', { f: 0.9 }),
      attribute('training_mode', { i: training ? 1 : 0 }),
    ],
  };
  const graph = {
    name: 'batchNorm',
    node: [node],
    input: described(inputNames),
    output: described(outputNames),
  };
  const opset = { domain: '', version: 15 };
  return Model.encode(Model.create({ irVersion: 8, opsetImport: [opset], graph })).finish();
}

function attribute(name, value) {
  return { name, ...value, type: attributeTypes[Object.keys(value)[0]] };
}

function tensor(name, dtype, shape) {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } } };
}
