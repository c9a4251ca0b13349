// The calls whose results must keep their bits: each layer and function, forward and backward, in the
// layouts and element types that there are, small enough for one vector and large enough for threads.
const B = require('../..');
const { noise, pixels } = require('./tensors.cjs');

const F = B.functional;
const dtypes = ['float32', 'float64'];
const formats = ['contiguous', 'channelsLast'];
const images = [
  [2, 4, 3, 5],
  [3, 8, 17, 9],
  [4, 64, 41, 40],
];
const residual = (x) => ({ residual: noise(x.shape, { ...x, seed: 5 }) });

/** Gives the parameters and buffers of a layer values of their own. */
function filled(layer) {
  const tensors = [...layer.parameters(), ...layer.buffers()];
  for (const [i, { data, dtype }] of tensors.entries()) {
    if (data.length > 0) data.set(noise([data.length], { dtype, seed: i + 2 }).data);
  }
  for (const buffer of [layer.runningVar]) {
    if (buffer)
      for (let i = 0; i < buffer.data.length; i++) buffer.data[i] = 1 + Math.abs(buffer.data[i]);
  }
  return layer;
}

const channelLayers = {
  batchNorm: (c, dtype) => new B.BatchNorm2d(c, { dtype }),
  'batchNorm relu': (c, dtype) => new B.BatchNorm2d(c, { dtype, activation: 'relu' }),
  'batchNorm leakyRelu': (c, dtype) => new B.BatchNorm2d(c, { dtype, activation: 'leakyRelu' }),
  'batchNorm without affine': (c, dtype) => new B.BatchNorm2d(c, { dtype, affine: false }),
  frozenBatchNorm: (c, dtype) => new B.FrozenBatchNorm2d(c, { dtype }),
  instanceNorm: (c, dtype) =>
    new B.InstanceNorm2d(c, { dtype, affine: true, trackRunningStats: true }),
  'groupNorm 2': (c, dtype) => new B.GroupNorm(2, c, { dtype }),
  'groupNorm c': (c, dtype) => new B.GroupNorm(c, c, { dtype }),
  'groupNorm 1': (c, dtype) => new B.GroupNorm(1, c, { dtype }),
};

const lastLayers = {
  layerNorm: (size, dtype) => new B.LayerNorm(size, { dtype }),
  rmsNorm: (size, dtype) => new B.RMSNorm(size, { dtype }),
};

/** Output, gradients and state after a forward and a backward pass. */
function passes(layer, x, options = {}) {
  const y = layer.forward(x, { ...options, grad: true });
  const back = layer.backward(noise(x.shape, { ...x, seed: 9 }));
  const gradients = back instanceof B.Tensor ? [back] : [back.gradInput, back.gradResidual];
  return [y, ...gradients, ...layer.parameters().map(({ grad }) => grad), ...layer.buffers()];
}

function* channelCases() {
  for (const [name, make] of Object.entries(channelLayers))
    for (const dtype of dtypes)
      for (const memoryFormat of formats)
        for (const shape of images)
          for (const mode of ['train', 'eval']) {
            const title = [name, dtype, memoryFormat, shape.join('x'), mode].join(' ');
            const x = () => noise(shape, { dtype, memoryFormat, offset: 3 });
            const layer = () => filled(make(shape[1], dtype))[mode]();
            yield [title, () => passes(layer(), x())];
            if (name.startsWith('batchNorm ')) {
              yield [`${title} residual`, () => passes(layer(), x(), residual(x()))];
              yield [
                `${title} in place`,
                () => {
                  const out = x();
                  return passes(layer(), out, { out });
                },
              ];
            }
          }
}

/** Those whose powers are roots: any other is the C library's. */
function* responseCases() {
  for (const dtype of dtypes)
    for (const memoryFormat of formats)
      for (const shape of images)
        for (const beta of [0.75, 0.5, 1]) {
          const title = ['localResponseNorm', dtype, memoryFormat, shape.join('x'), beta].join(' ');
          const layer = () => new B.LocalResponseNorm(3, { beta, alpha: 0.1 });
          yield [title, () => passes(layer(), noise(shape, { dtype, memoryFormat, offset: 3 }))];
        }
}

function* lastCases() {
  for (const [name, make] of Object.entries(lastLayers))
    for (const dtype of dtypes)
      for (const [shape, size] of [
        [[3, 7], 7],
        [[5, 768], 768],
        [
          [2, 3, 4, 5],
          [4, 5],
        ],
        [[700, 513], 513],
        [[4, 40000], 40000],
      ]) {
        const title = [name, dtype, shape.join('x'), [size].flat().join('x')].join(' ');
        yield [title, () => passes(filled(make(size, dtype)), noise(shape, { dtype, offset: 3 }))];
      }
}

function* otherCases() {
  for (const dtype of dtypes) {
    for (const shape of [
      [33, 17],
      [2000, 96],
      [3, 5, 301],
      [2, 6, 3, 4, 5],
    ]) {
      const x = () => noise(shape, { dtype, offset: 100 });
      const title = `${dtype} ${shape.join('x')}`;
      yield [
        `moments ${title}`,
        () => {
          const { mean, variance } = F.moments(x());
          return [mean, variance];
        },
      ];
      yield [
        `functional.batchNorm ${title}`,
        () => [F.batchNorm(x(), null, null, { training: true, eps: 1e-3 })],
      ];
      yield [
        `RunningMoments ${title}`,
        () => {
          const all = new B.RunningMoments(shape[1]);
          all.update(x()).update(noise(shape, { dtype, seed: 4 }));
          return [all.mean, all.variance, all.min, all.max].map((list) => Float64Array.from(list));
        },
      ];
    }
    for (const to of ['CHW', 'HWC'])
      for (const from of ['CHW', 'HWC'])
        yield [
          `Normalize ${dtype} ${from} ${to}`,
          () => {
            const shape = from === 'HWC' ? [2, 37, 29, 3] : [2, 3, 37, 29];
            const { mean, std } = B.transforms.IMAGENET;
            const normalize = new B.transforms.Normalize(mean, std, { dtype });
            return [normalize.forward({ data: pixels(2 * 3 * 37 * 29), shape }, { from, to })];
          },
        ];
  }
}

/** Pairs of a name and a call that returns tensors or arrays. */
module.exports.cases = () => [
  ...channelCases(),
  ...lastCases(),
  ...responseCases(),
  ...otherCases(),
];
