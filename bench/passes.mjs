import { BatchNorm1d, BatchNorm2d, BatchNorm3d, empty, randn } from 'batchnorm';

const layers = { 2: BatchNorm1d, 3: BatchNorm1d, 4: BatchNorm2d, 5: BatchNorm3d };

/** The three passes over one tensor, and copying it, each into memory that is there already. */
export function passes({ shape, dtype, memoryFormat }) {
  const options = { dtype, memoryFormat };
  const input = randn(shape, options);
  const gradOutput = randn(shape, options);
  const out = empty(shape, options);
  const Layer = layers[shape.length];
  const training = new Layer(shape[1], { dtype });
  const evaluation = new Layer(shape[1], { dtype }).eval();
  return {
    copy: () => out.data.set(input.data),
    eval: () => evaluation.forward(input, { out }),
    training: () => training.forward(input, { out }),
    // Goes back through the forward pass that comes before it in the round.
    backward: () => training.backward(gradOutput, { out }),
  };
}
