import type { layers } from '@tensorflow/tfjs-layers';
import { StateDictError } from '../../errors';
import type { StateDict } from '../../modules';
import { loadStateDict } from './state-dict';

const waiting = new WeakMap<layers.Layer, StateDict>();

/** Has a layer of ours load these values as soon as it has weights. */
export function loadWhenBuilt(layer: layers.Layer, dict: StateDict): void {
  waiting.set(layer, dict);
}

/** What each layer of ours calls at the end of `build`; where values do not fit, it is not built. */
export function takeState(layer: layers.Layer): void {
  const dict = waiting.get(layer);
  if (dict === undefined) return;
  try {
    loadStateDict(layer, dict);
  } catch (cause) {
    // It would go on with the values that it has been built with.
    layer.built = false;
    if (!(cause instanceof StateDictError)) throw cause;
    throw new StateDictError(
      `fromModule: layer '${layer.name}' takes inputs that the module does not fit; its axis should ` +
        `have as many elements as the module was made for. ${cause.message}`,
      { cause },
    );
  }
  waiting.delete(layer);
}
