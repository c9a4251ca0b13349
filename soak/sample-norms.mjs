import { GroupNorm, InstanceNorm2d, LayerNorm, RMSNorm, randn } from 'batchnorm';
import { gradientsOfSets, groups, normalizeSets, rows } from '../build/soak/reference.mjs';
import { expectNear } from './expect.mjs';

const shape = [6, 8, 10, 12];

export function sampleNorms() {
  return [
    kind('LayerNorm', () => new LayerNorm([10, 12]), rows(shape, [10, 12]), 1e-5),
    kind('RMSNorm', () => new RMSNorm(12), rows(shape, [12], false), 2 ** -23),
    kind('GroupNorm', () => new GroupNorm(4, 8), groups(shape, 4), 1e-5),
    kind('InstanceNorm2d', () => new InstanceNorm2d(8), groups(shape), 1e-5),
  ].flat();
}

function kind(name, make, sets, eps) {
  const [x, dy] = [randn(shape), randn(shape)];
  const y = normalizeSets(x, sets, eps);
  const gradients = gradientsOfSets(dy, x, sets, eps);
  const check = (layer, output) => {
    expectNear(output, y);
    expectNear(layer.backward(dy), gradients.input, { scale: gradients.inputScale });
    if (layer.weight) expectNear(layer.weight.grad, gradients.weight);
    if (layer.bias) expectNear(layer.bias.grad, gradients.bias);
  };
  return [
    {
      name,
      run: () => {
        const layer = make();
        check(layer, layer.forward(x));
      },
    },
    {
      name: `${name}, asynchronous`,
      run: async () => {
        const layer = make();
        check(layer, await layer.forwardAsync(x));
      },
    },
  ];
}
