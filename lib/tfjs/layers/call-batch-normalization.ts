import { mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { batchNormInference } from '../ops/batch-norm-inference';
import { batchNormTraining } from '../ops/batch-norm-training';
import { readAxis } from './axis';
import { inReach, isNested } from './in-reach';
import { asFloat32 } from './inputs';
import type { OwnBatchNormalization } from './own-layers';
import { read } from './read';

type BatchNormalization = InstanceType<typeof OwnBatchNormalization>;

/** Whether this does a layer's work better than TensorFlow.js's own `call`. */
export function batchNormalizationApplies({ axis }: BatchNormalization, { rank }: Tensor): boolean {
  const along = Number(axis);
  // Of other axes TensorFlow.js's own has wrong results: better the error of a missing gradient.
  const isLast = along === -1 || along === rank - 1;
  return inReach() && !(isLast && rank <= 4 && isNested());
}

/** What the `call` of a batch normalization does of a float32 input, TensorFlow.js's own or ours. */
export function callBatchNormalization(
  layer: BatchNormalization,
  x: Tensor,
  { training }: { training?: boolean },
): Tensor {
  return tidy(() => {
    const values = asFloat32(layer.name, x);
    return training ? train(layer, values) : infer(layer, values);
  });
}

function train(layer: BatchNormalization, x: Tensor): Tensor {
  const { y, mean, variance } = batchNormTraining(
    x,
    read(layer.gamma),
    read(layer.beta),
    optionsOf(layer),
  );
  // Nothing has neither mean nor variance.
  if (x.size > 0) {
    move(layer, layer.movingMean, mean);
    move(layer, layer.movingVariance, variance);
  }
  return y;
}

function infer(layer: BatchNormalization, x: Tensor): Tensor {
  const mean = layer.movingMean.read();
  const variance = layer.movingVariance.read();
  const [gamma, beta] = [read(layer.gamma), read(layer.beta)];
  return batchNormInference(x, mean, variance, gamma, beta, optionsOf(layer));
}

function optionsOf({ name, axis, epsilon }: BatchNormalization) {
  // TensorFlow.js's own layer keeps the array of one that TensorFlow writes into files.
  return { axis: readAxis(name, axis), epsilon };
}

/** In the order of TensorFlow.js's own operations, and so with its rounding. */
function move({ momentum }: BatchNormalization, moving: LayerVariable, batch: Tensor): void {
  const old = moving.read();
  moving.write(sub(old, mul(sub(old, batch), 1 - momentum)));
}
