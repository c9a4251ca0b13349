import { BatchNorm1d, BatchNorm2d, BatchNorm3d, empty } from 'batchnorm';
import { noise } from './tensors.mjs';

const layers = { 2: BatchNorm1d, 3: BatchNorm1d, 4: BatchNorm2d, 5: BatchNorm3d };

/** The passes over one tensor, and copying it, each into memory that is there already. */
export function passes({ shape, dtype, memoryFormat, activation, residual, inPlace }) {
  const options = { dtype, memoryFormat };
  const input = noise(shape, options);
  const gradOutput = noise(shape, options);
  const other = empty(shape, options);
  const Layer = layers[shape.length];
  const layer = { dtype, ...(activation && { activation }) };
  const into = {
    out: inPlace ? input : other,
    ...(residual && { residual: noise(shape, options) }),
  };
  const backInto = {
    out: inPlace ? gradOutput : other,
    ...(residual && { outResidual: empty(shape, options) }),
  };
  const training = new Layer(shape[1], layer);
  const evaluation = new Layer(shape[1], layer).eval();
  const any = {
    copy: () => other.data.set(input.data),
    eval: () => evaluation.forward(input, into),
  };
  // One value a channel has no variance to train with.
  if (input.size === shape[1]) return any;
  return {
    ...any,
    training: () => training.forward(input, into),
    // Goes back through the forward pass that comes before it.
    backward: () => training.backward(gradOutput, backInto),
  };
}
