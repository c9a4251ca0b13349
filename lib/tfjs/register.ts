import {
  type GradConfig,
  getGradient,
  getKernel,
  type KernelConfig,
  registerGradient,
  registerKernel,
  unregisterGradient,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { memories } from './backends';
import { registerLayers, restoreLayers } from './layers/registration';
import { replacedGradients, replacedKernels } from './replaced';
import { unregisterOwn } from './run';

// What is in the place of what.
const kernels = new Map<KernelConfig, KernelConfig>();
const gradients = new Map<GradConfig, GradConfig>();

const hookName = 'batchnorm/Registration';

/**
 * Has TensorFlow.js's cpu and wasm backends run the native kernels, so that existing models are
 * faster. `import 'batchnorm/tfjs'` does it; it is for after {@link restore}. Calling it once more
 * does nothing.
 *
 * The results differ from those of TensorFlow.js alone by rounding, and where its own are wrong or it
 * throws: `layers.batchNormalization` names what.
 *
 * What is replaced, and does what it did wherever ours does not apply (other dtypes, shapes or
 * backends, gradients of gradients):
 *
 * - `call` of the layers of `tf.layers.batchNormalization` and `tf.layers.layerNormalization`, of
 *   those that are there already, too: a pass, and its gradient, of native code instead of a
 *   composition of operations;
 * - `FusedBatchNorm` (tf.batchNorm) with statistics per channel of the last axis or per element, and
 *   its gradient with statistics per channel;
 * - of the moments that the layers take in training: `Mean` and `Sum` of float32 over axes whose
 *   others are adjacent, and the gradient of `Mean`;
 * - `Tile` of float32 that repeats axes of size 1, and its gradient, which layer normalization takes;
 * - `Identity`, and `Cast` of float32 to float32, which the engine keeps inputs with for gradients:
 *   the wasm backend copied all elements.
 *
 * A backend that is imported later gets them when it is set: `await tf.setBackend('wasm')`.
 *
 * `tf.loadLayersModel` makes our `layers` of what a model's file calls BatchNormalization,
 * LayerNormalization and GroupNormalization, so that models with group normalization load, and loaded
 * ones go on as they are after `restore`. They have TensorFlow.js's weights and configuration.
 */
export function register(): void {
  for (const backendName of memories.keys()) {
    replaceOn(backendName);
    if (getKernel(hookName, backendName)) continue;
    registerKernel({
      kernelName: hookName,
      backendName,
      // The engine calls it whenever the backend is set: its own kernels are there by then.
      setupFunc: () => {
        replaceOn(backendName);
        replaceGradients();
      },
      kernelFunc: () => [],
    });
  }
  replaceGradients();
  registerLayers();
}

/**
 * Takes everything back that {@link register} did: TensorFlow.js's registry is what it was, but for
 * what others have registered since. The operations and layers of this package go on working.
 * Calling it once more does nothing.
 */
export function restore(): void {
  for (const backendName of memories.keys()) {
    if (getKernel(hookName, backendName)) unregisterKernel(hookName, backendName);
  }
  for (const [ours, original] of kernels) {
    const { kernelName, backendName } = ours;
    if (getKernel(kernelName, backendName) !== ours) continue;
    unregisterKernel(kernelName, backendName);
    registerKernel(original);
  }
  kernels.clear();
  for (const [ours, original] of gradients) {
    const { kernelName } = ours;
    if (getGradient(kernelName) !== ours) continue;
    unregisterGradient(kernelName);
    registerGradient(original);
  }
  gradients.clear();
  unregisterOwn();
  restoreLayers();
}

function replaceOn(backendName: string): void {
  const memory = memories.get(backendName);
  if (memory === undefined) return;
  for (const { kernelName, kernelFunc } of replacedKernels) {
    const original = getKernel(kernelName, backendName);
    if (!original || kernels.has(original)) continue;
    const ours = { ...original, kernelFunc: kernelFunc(original.kernelFunc, memory) };
    // Not over it, which the engine would warn of.
    unregisterKernel(kernelName, backendName);
    registerKernel(ours);
    kernels.set(ours, original);
  }
}

function replaceGradients(): void {
  for (const { kernelName, gradFunc } of replacedGradients) {
    const original = getGradient(kernelName);
    if (!original || gradients.has(original)) continue;
    const ours = { ...original, gradFunc: gradFunc(original.gradFunc) };
    unregisterGradient(kernelName);
    registerGradient(ours);
    gradients.set(ours, original);
  }
}
