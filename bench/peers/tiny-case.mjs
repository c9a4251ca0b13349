import { BatchNorm1d, BatchNorm2d, BatchNorm3d, full, manualSeed, rand, randn } from 'batchnorm';

const layers = { 2: BatchNorm1d, 3: BatchNorm1d, 4: BatchNorm2d, 5: BatchNorm3d };
// As many channels as the widest vectors hold: some peers have other code for fewer.
const shape = [6, 16, 3, 4, 2];

/** A case small enough to be sent as text, its values, and what each pass of ours makes of them. */
export function tinyCase({ rank, dtype, memoryFormat, eps }) {
  manualSeed(rank);
  const options = { dtype, memoryFormat };
  const tiny = shape.slice(0, rank);
  const perChannel = () => rand([tiny[1]], { dtype });
  const input = randn(tiny, options);
  const gradOutput = randn(tiny, options);
  const state = {
    weight: perChannel(),
    bias: perChannel(),
    running_mean: perChannel(),
    running_var: perChannel(),
    num_batches_tracked: full([], 0, { dtype }),
  };
  const layer = new layers[rank](tiny[1], { dtype, eps });
  layer.loadStateDict(state);

  const evaluated = layer.eval().forward(input);
  const trained = layer.train().forward(input);
  const gradInput = layer.backward(gradOutput);
  return {
    shape: tiny,
    dtype,
    memoryFormat,
    values: {
      input: [...input.data],
      gradOutput: [...gradOutput.data],
      weight: [...state.weight.data],
      bias: [...state.bias.data],
      runningMean: [...state.running_mean.data],
      runningVar: [...state.running_var.data],
    },
    expected: {
      eval: { output: [...evaluated.data] },
      training: { output: [...trained.data] },
      backward: {
        gradInput: [...gradInput.data],
        gradWeight: [...layer.weight.grad.data],
        gradBias: [...layer.bias.grad.data],
      },
    },
  };
}
