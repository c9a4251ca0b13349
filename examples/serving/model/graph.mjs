import { described, node, tensor } from '../../shared/onnx/encode.mjs';

/**
 * The ONNX graph of a network of `batchnorm train`: pixels (N, 1, rows, columns) from 0 to 1 become
 * probabilities (N, classes).
 *
 * @param state the network's tensors by PyTorch's keys, those of
 * `nn.Sequential(Linear, BatchNorm1d, Sigmoid, ..., Linear)`
 * @param about `{ eps, rows, columns }`, eps being that of every BatchNorm1d
 */
export function digitsGraph(state, { eps, rows, columns }) {
  const nodes = [node('Flatten', ['pixels'], ['flat'], { axis: { i: 1 } })];
  const initializer = [];
  const constant = (name) => {
    initializer.push(tensor(name, state[name]));
    return name;
  };
  let last = 'flat';
  const append = (opType, name, constants = [], attributes = {}) => {
    nodes.push(node(opType, [last, ...constants.map(constant)], [name], attributes));
    last = name;
  };

  let classes;
  for (const index of layersOf(state)) {
    const [weight, bias] = [`${index}.weight`, `${index}.bias`];
    if (`${index}.running_mean` in state) {
      const statistics = [`${index}.running_mean`, `${index}.running_var`];
      append('BatchNormalization', `norm${index}`, [weight, bias, ...statistics], {
        epsilon: { f: eps },
      });
      continue;
    }
    // Sigmoids have no tensors: there is one before each Linear but the first.
    if (index > 0) append('Sigmoid', `sigmoid${index}`);
    const constants = bias in state ? [weight, bias] : [weight];
    // PyTorch keeps a Linear's weight as (outputs, inputs).
    append('Gemm', `linear${index}`, constants, { transB: { i: 1 } });
    classes = state[weight].shape[0];
  }
  append('Softmax', 'probabilities', [], { axis: { i: 1 } });
  return {
    name: 'digits',
    node: nodes,
    initializer,
    input: [described('pixels', 'float32', ['N', 1, rows, columns])],
    output: [described('probabilities', 'float32', ['N', classes])],
  };
}

/** The numbers of the layers that have tensors, in order. */
function layersOf(state) {
  const numbers = Object.keys(state).map((key) => Number.parseInt(key, 10));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
