import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layerNorm } from '../ops/layer-norm';
import { withAxesLast } from './axes-last';
import { inReach, isNested } from './in-reach';
import { asFloat32 } from './inputs';
import type { OwnLayerNormalization } from './own-layers';
import { read } from './read';

type LayerNormalization = InstanceType<typeof OwnLayerNormalization>;

/** Whether this does a layer's work better than TensorFlow.js's own `call`. */
export function layerNormalizationApplies(_: LayerNormalization, { rank }: Tensor): boolean {
  return inReach() && !(rank <= 4 && isNested());
}

/** What the `call` of a layer normalization does of a float32 input, TensorFlow.js's own or ours. */
export function callLayerNormalization(layer: LayerNormalization, x: Tensor): Tensor {
  const axes = axesOf(layer);
  const options = { epsilon: layer.epsilon, axes: axes.length };
  return tidy(() =>
    withAxesLast(asFloat32(layer.name, x), axes, (rows) =>
      layerNorm(rows, read(layer.gamma), read(layer.beta), options),
    ),
  );
}

export function axesOf({ axis }: LayerNormalization): number[] {
  return typeof axis === 'number' ? [axis] : axis;
}
