import {
  BatchNorm1d,
  BatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  info,
  LayerNorm,
  RMSNorm,
  setNumThreads,
  tensor,
} from 'batchnorm';
import { eps } from './layers.mjs';

const batchNorms = { 2: BatchNorm1d, 4: BatchNorm2d };
const batchNorm = ({ shape }) => new batchNorms[shape.length](shape[1], { eps, momentum: 1 });

const makers = {
  batchNormTraining: batchNorm,
  batchNormEval: (one) => batchNorm(one).eval(),
  layerNorm: ({ shape }) => new LayerNorm(shape.slice(1), { eps }),
  groupNorm: ({ shape, groups }) => new GroupNorm(groups, shape[1], { eps }),
  instanceNorm: ({ shape }) => new InstanceNorm2d(shape[1], { eps, affine: true }),
  rmsNorm: ({ shape }) => new RMSNorm(shape.slice(1), { eps }),
};

/** This package, as a participant: the modules that a user has. */
export function ours() {
  return { name: 'batchnorm', version: info().version, run, close() {} };
}

function run(one, arrays) {
  setNumThreads(1);
  const memoryFormat = one.layout === 'channelsLast' ? 'channelsLast' : 'contiguous';
  const layer = makers[one.layer](one);
  for (const name of ['weight', 'bias', 'runningMean', 'runningVar']) {
    if (arrays[name] !== undefined) layer[name].data.set(arrays[name]);
  }
  const like = (values) => tensor(values, one.shape, { memoryFormat });
  const inOrder = (result) => result.to({ memoryFormat }).data;
  const output = inOrder(layer.forward(like(arrays.input), { grad: true }));
  const gradInput = inOrder(layer.backward(like(arrays.gradOutput)));
  return {
    output,
    gradInput,
    gradWeight: layer.weight.grad.data,
    ...(layer.bias && { gradBias: layer.bias.grad.data }),
    ...(one.layer === 'batchNormTraining' && {
      runningMean: layer.runningMean.data,
      runningVar: layer.runningVar.data,
    }),
  };
}
