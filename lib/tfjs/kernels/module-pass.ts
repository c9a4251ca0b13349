import type { Kept } from '../../functional/internal';
import type { KeptPasses } from '../../modules/kept-passes';
import type { Tensor } from '../../tensor/tensor';
import { run } from '../run';
import type { Kernel } from './kernel';
import { modulePassGrad } from './module-pass-grad';

export interface ModuleAttributes {
  readonly passes: KeptPasses;
  /** Of weight and bias, which a lazy layer has after its forward pass. */
  readonly layer: { readonly weight: Tensor | null };
  /** The elements of x, and of what has its shape, in the order of TensorFlow.js, as the module takes them. */
  readonly asInput: (elements: Float32Array) => Tensor;
  /** Written by the forward pass for the backward one. */
  readonly kept: Kept;
}

/** What `module.forward` does; scale and offset hold what the module's parameters hold. */
export const modulePass: Kernel<'x', 'residual' | 'scale' | 'offset', 'y', ModuleAttributes> = {
  name: 'batchnorm/Module',

  outputShapes({ x }) {
    return { y: x.shape };
  },

  fill({ x, residual }, { y }, { passes, asInput, kept }) {
    passes.forward({
      input: asInput(x),
      residual: residual && asInput(residual),
      out: asInput(y),
      keeper: kept,
    });
    // The memory may be another tensor's by the time of the backward pass, which gets it anew.
    kept.input = null;
  },

  gradient({ y: dy }, { x, residual, scale, offset }, attributes) {
    const inputs = { dy, x, residual, scale, offset };
    const { dx, dResidual, dScale, dOffset } = run(modulePassGrad, inputs, attributes);
    return {
      x: dx,
      residual: residual && dResidual,
      scale: scale && dScale,
      offset: offset && dOffset,
    };
  },
};
