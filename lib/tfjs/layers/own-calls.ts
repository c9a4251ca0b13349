import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { batchNormalizationApplies, callBatchNormalization } from './call-batch-normalization';
import { callLayerNormalization, layerNormalizationApplies } from './call-layer-normalization';
import { OwnBatchNormalization, OwnLayerNormalization } from './own-layers';

type Call = layers.Layer['call'];

interface Replaced {
  readonly ours: Call;
  readonly original: Call;
}

// By the prototype that they are called of: so layers that are there already, and subclasses, have it.
const replaced = new Map<layers.Layer, Replaced>();

/** Has TensorFlow.js's own layers run our kernels, and do what they did wherever those do not apply. */
export function replaceCalls(): void {
  replaceCall(OwnBatchNormalization, batchNormalizationApplies, callBatchNormalization);
  replaceCall(OwnLayerNormalization, layerNormalizationApplies, callLayerNormalization);
}

/** Gives TensorFlow.js's own layers their calls back, but for what others have put there since. */
export function restoreCalls(): void {
  for (const [prototype, { ours, original }] of replaced) {
    if (prototype.call === ours) prototype.call = original;
  }
  replaced.clear();
}

function replaceCall<Layer extends layers.Layer>(
  { prototype }: { readonly prototype: Layer },
  applies: (layer: Layer, x: Tensor) => boolean,
  call: (layer: Layer, x: Tensor, kwargs: Parameters<Call>[1]) => Tensor,
): void {
  if (replaced.has(prototype)) return;
  const original = prototype.call;
  function ours(this: Layer, ...args: Parameters<Call>): ReturnType<Call> {
    const [inputs, kwargs] = args;
    const x = Array.isArray(inputs) && inputs.length === 1 ? inputs[0] : inputs;
    if (!isFloat32(x) || !applies(this, x)) return original.apply(this, args);
    return call(this, x, kwargs ?? {});
  }
  prototype.call = ours;
  replaced.set(prototype, { ours, original });
}

function isFloat32(x: Tensor | Tensor[] | undefined): x is Tensor {
  return x !== undefined && !Array.isArray(x) && x.dtype === 'float32';
}
