import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import {
  type LoadStateDictOptions,
  type LoadStateDictResult,
  loadState,
  type StateDict,
  type StateDictLike,
  type StateEntry,
} from '../../modules/state-dict';
import { Tensor } from '../../tensor/tensor';
import { keys, normLayers, weightsOf } from './norm-layers';

/**
 * The weights of a normalization layer with PyTorch's keys, which are those of its module: `weight`
 * (gamma), `bias` (beta), `running_mean`, `running_var`. Of a model those of all its normalization
 * layers, with the layer's name in front, `batch_normalization_1.weight`, and those of models and
 * wrappers in models, `encoder.batch_normalization_1.weight`; what else a model has is left out.
 *
 * The values are what the layer has, in float32 and in memory of their own: see {@link toModule}
 * for what a batch normalization means by them. It has no `num_batches_tracked`, which a module loads
 * without.
 *
 * @param source A layer, TensorFlow.js's own or one of ours, or a model of such.
 * @throws ArgumentError where it is something else, or has no weights yet.
 *
 * @example
 * ```ts
 * const bn = new BatchNorm2d(64);
 * bn.loadStateDict(stateDict(model.getLayer('bn')));
 * ```
 */
export function stateDict(source: layers.Layer): StateDict {
  return Object.fromEntries(entriesOf('stateDict', source).map(({ key, tensor }) => [key, tensor]));
}

/**
 * Copies a state dict with PyTorch's keys, such as a module's or that of a checkpoint, into a layer or
 * into the normalization layers of a model: the opposite of {@link stateDict}.
 *
 * @param target A layer, TensorFlow.js's own or one of ours, or a model of such.
 * @param dict Values by key: tensors or what stands for one. `num_batches_tracked` is passed over.
 * @param options `strict: false` passes over missing and unexpected keys; with `prefix` those keys of
 * the dict are meant that start with it.
 * @returns The keys that were missing and unexpected, both empty when strict.
 * @throws StateDictError that lists everything that does not fit; then nothing was changed.
 * @throws ArgumentError where `target` is something else, or has no weights yet.
 *
 * @example
 * ```ts
 * const checkpoint = loadSafetensors('resnet18.safetensors');
 * loadStateDict(model.getLayer('bn'), checkpoint, { prefix: 'layer1.0.bn1.' });
 * ```
 */
export function loadStateDict(
  target: layers.Layer,
  dict: StateDictLike,
  options: LoadStateDictOptions = {},
): LoadStateDictResult {
  const entries = entriesOf('loadStateDict', target);
  const counters = normLayers('loadStateDict', target).map(
    ([path]): StateEntry => ({ key: `${path}num_batches_tracked`, dropped: true }),
  );
  const result = loadState(target.name, [...entries, ...counters], dict, options);
  tidy(() => {
    for (const { tensor: loaded, variable } of entries) {
      variable.write(tensor(loaded.data as Float32Array, [...loaded.shape], 'float32'));
    }
  });
  return result;
}

interface Entry {
  readonly key: string;
  /** A copy. */
  readonly tensor: Tensor;
  readonly variable: LayerVariable;
}

function entriesOf(caller: string, root: layers.Layer): Entry[] {
  return normLayers(caller, root).flatMap(([path, layer]) => {
    const weights = weightsOf(caller, layer);
    return [...keys].flatMap(([name, key]) => {
      const variable = weights.get(name);
      if (variable === undefined) return [];
      const value = variable.read();
      const copy = new Tensor(Float32Array.from(value.dataSync()), value.shape);
      return [{ key: path + key, tensor: copy, variable }];
    });
  });
}
