import { described, encodeModel, node } from '../../../examples/shared/onnx/encode.mjs';

export const inputNames = ['x', 'weight', 'bias', 'runningMean', 'runningVar'];

/**
 * An ONNX model of one BatchNormalization whose inputs are all given at each run; with `training`,
 * the outputs are y and the running statistics that follow.
 *
 * @param protobuf the package protobufjs
 */
export function batchNormModel(protobuf, { shape, dtype, eps, training }) {
  const outputNames = training ? ['y', 'nextMean', 'nextVar'] : ['y'];
  const describe = ([first, ...others]) => [
    described(first, dtype, shape),
    ...others.map((name) => described(name, dtype, [shape[1]])),
  ];
  const batchNorm = node('BatchNormalization', inputNames, outputNames, {
    epsilon: { f: eps },
    // Of the old running statistics.
    momentum: { f: 0.9 },
    training_mode: { i: training ? 1 : 0 },
  });
  return encodeModel(protobuf, {
    name: 'batchNorm',
    node: [batchNorm],
    input: describe(inputNames),
    output: describe(outputNames),
  });
}
