import { empty, GroupNorm, InstanceNorm2d, LayerNorm, RMSNorm } from 'batchnorm';
import { noise } from './tensors.mjs';

const makers = {
  LayerNorm: ({ shape, dtype }) => new LayerNorm(shape.slice(1), { dtype }),
  RMSNorm: ({ shape, dtype }) => new RMSNorm(shape.slice(1), { dtype }),
  GroupNorm: ({ shape, dtype, groups }) => new GroupNorm(groups, shape[1], { dtype }),
  InstanceNorm2d: ({ shape, dtype, affine }) => new InstanceNorm2d(shape[1], { affine, dtype }),
};

/** Both passes of the layer that the case names, and copying its tensor, into memory that is there. */
export function layerPasses(one) {
  const { shape, dtype, memoryFormat } = one;
  const options = { dtype, memoryFormat };
  const input = noise(shape, options);
  const gradOutput = noise(shape, options);
  const out = empty(shape, options);
  const layer = makers[one.layer](one);
  return {
    copy: () => out.data.set(input.data),
    forward: () => layer.forward(input, { out }),
    // Goes back through the forward pass that comes before it.
    backward: () => layer.backward(gradOutput, { out }),
  };
}
