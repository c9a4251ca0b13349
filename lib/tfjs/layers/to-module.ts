import type { layers } from '@tensorflow/tfjs-layers';
import { ArgumentError, ShapeError } from '../../errors';
import {
  type BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  GroupNorm,
  LayerNorm,
} from '../../modules';
import { type InputShape, locateAxis, readAxis } from './axis';
import { oneShape } from './inputs';
import { otherMomentum } from './momentum';
import { checkLayer, isNormLayer, noNormLayer, weightsOf } from './norm-layers';
import { stateDict } from './state-dict';

/**
 * A module with the settings and weights of a normalization layer: BatchNorm1d, 2d or 3d for inputs
 * of 2 or 3, 4 and 5 dimensions, LayerNorm, GroupNorm. The values are copied.
 *
 * What is converted, for Keras and PyTorch mean different things by the same name: `momentum` to
 * 1 - momentum, since a module's weighs the new value. What is not: the moving variance is of biased
 * variances, and stays what it is, for nothing tells how many values each batch had; so the module
 * is made with `unbiasedRunningVar: false` and goes on as the layer would. `epsilon` is the same on
 * both sides. A layer without `center` gives a module with `bias: false`; one with `center` alone gives
 * one with a weight too, which is 1, but which the module would train.
 *
 * A module's channels are the second dimension: a batch with channels last goes into it as
 * `{ data, shape: [n, c, h, w], memoryFormat: 'channelsLast' }` without being copied, but for
 * LayerNorm, which takes the layer's own shape.
 *
 * @param layer TensorFlow.js's own or one of ours; built, so that it has weights.
 * @throws ArgumentError where it is no such layer or not built, or normalizes axes that are not the
 * last ones, which LayerNorm has no way to say.
 * @throws ShapeError where a batch normalization is made for more than 5 dimensions.
 */
export function toModule(layer: layers.Layer): BatchNorm | LayerNorm | GroupNorm {
  const caller = 'toModule';
  checkLayer(caller, layer);
  if (!isNormLayer(layer)) throw noNormLayer(caller, 'a layer', layer);
  weightsOf(caller, layer);
  const module = emptyModule(layer);
  // Not strict: a weight that only the module has stays at 1.
  module.loadStateDict(stateDict(layer), { strict: false });
  return module;
}

interface Config {
  readonly axis: number | number[];
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly momentum: number;
  readonly groups: number;
}

function emptyModule(layer: layers.Layer): BatchNorm | LayerNorm | GroupNorm {
  const config = layer.getConfig() as unknown as Config;
  const { epsilon: eps, scale, center } = config;
  const affine = scale || center;
  const shape = inputShapeOf(layer);
  switch (layer.getClassName()) {
    case 'LayerNormalization': {
      const normalizedShape = lastSizes(layer, config.axis, shape);
      return new LayerNorm(normalizedShape, { eps, elementwiseAffine: affine, bias: center });
    }
    case 'GroupNormalization': {
      const channels = channelsOf(layer, config.axis, shape);
      return new GroupNorm(config.groups === -1 ? channels : config.groups, channels, {
        eps,
        affine,
        bias: center,
      });
    }
    case 'BatchNormalization': {
      const BatchNormNd = batchNormClass(layer, shape);
      return new BatchNormNd(channelsOf(layer, config.axis, shape), {
        eps,
        momentum: otherMomentum(config.momentum),
        affine,
        bias: center,
        unbiasedRunningVar: false,
      });
    }
    default:
      throw noNormLayer('toModule', 'a layer', layer);
  }
}

function batchNormClass({ name }: layers.Layer, { length: rank }: InputShape) {
  if (rank === 2 || rank === 3) return BatchNorm1d;
  if (rank === 4) return BatchNorm2d;
  if (rank === 5) return BatchNorm3d;
  throw new ShapeError(
    `toModule: layer '${name}' takes inputs of ${rank} dimensions, modules take 2 to 5`,
  );
}

function channelsOf({ name }: layers.Layer, axis: unknown, shape: InputShape): number {
  return locateAxis(name, readAxis(name, axis), shape).size;
}

/** The sizes of the axes that a layer normalizes together. */
function lastSizes({ name }: layers.Layer, axis: number | number[], shape: InputShape): number[] {
  const located = [axis].flat().map((one) => locateAxis(name, one, shape));
  const first = shape.length - located.length;
  if (located.every(({ index }, i) => index === first + i)) return located.map(({ size }) => size);
  const axes = located.map(({ index }) => index).join(', ');
  throw new ArgumentError(
    `toModule: LayerNorm normalizes the last axes, in their order, but layer '${name}' axes ` +
      `[${axes}] of inputs of ${shape.length} dimensions`,
  );
}

/** The shape that the layer was built for, with null for what may differ. */
function inputShapeOf(layer: layers.Layer): InputShape {
  const [node] = layer.inboundNodes;
  if (node !== undefined) return oneShape(layer.name, node.inputShapes);
  const [spec] = layer.inputSpec ?? [];
  if (spec?.ndim !== undefined && spec.ndim !== null) {
    return Array.from({ length: spec.ndim }, (_, axis) => spec.axes?.[axis] ?? null);
  }
  throw new ArgumentError(
    `toModule: layer '${layer.name}' does not say how many dimensions its inputs have, nor so ` +
      'whether its axes are the last ones: add it to a model',
  );
}
