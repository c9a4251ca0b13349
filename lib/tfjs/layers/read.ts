import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** The value of a weight, null where the layer has none. */
export function read(weight: LayerVariable | null | undefined): Tensor | null {
  return weight?.read() ?? null;
}
