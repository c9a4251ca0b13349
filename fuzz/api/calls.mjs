import * as batchnorm from 'batchnorm';

const { functional: F, transforms } = batchnorm;

const wide = [3, 4, 2, 5];

/**
 * Every public function and method, called as it should be: `on` makes what it is called on, `args`
 * its arguments, which hostile code then replaces, and `run` calls it.
 */
export const calls = [...functions(), ...passes(), ...others(), ...creation()].flatMap(
  ({ on = () => null, ...call }) => [{ on, ...call }],
);

function functions() {
  const stats = (w) => ({ mean: w.array(4, Float64Array), invstd: w.array(4, Float64Array, 0.7) });
  const affine = (w) => ({ weight: w.tensor([4]), bias: w.tensor([4]) });
  const withOut = (w) => ({ ...affine(w), eps: 1e-3, out: w.tensor(wide) });
  const table = {
    batchNorm: (w) => [
      w.tensor(wide),
      w.tensor([4]),
      w.positive(4),
      {
        ...withOut(w),
        training: w.random() < 0.5,
        momentum: 0.3,
        unbiasedRunningVar: false,
        activation: 'leakyRelu',
        negativeSlope: 0.1,
        residual: w.tensor(wide),
      },
    ],
    batchNormBackward: (w) => [
      w.tensor(wide),
      w.tensor(wide),
      { ...stats(w), weight: w.tensor([4]), training: w.random() < 0.5, out: w.tensor(wide) },
    ],
    layerNorm: (w) => [
      w.tensor(wide),
      [5],
      { weight: w.tensor([5]), bias: w.tensor([5]), eps: 0.1, out: w.tensor(wide) },
    ],
    layerNormBackward: (w) => [
      w.tensor(wide),
      w.tensor(wide),
      [2, 5],
      { weight: w.tensor([2, 5]), eps: 0.1, out: w.tensor(wide) },
    ],
    groupNorm: (w) => [w.tensor(wide), 2, withOut(w)],
    groupNormBackward: (w) => [
      w.tensor(wide),
      w.tensor(wide),
      2,
      { weight: w.tensor([4]), eps: 0.1, out: w.tensor(wide) },
    ],
    instanceNorm: (w) => [
      w.tensor(wide),
      {
        ...withOut(w),
        runningMean: w.tensor([4]),
        runningVar: w.positive(4),
        useInputStats: w.random() < 0.5,
        momentum: 0.2,
      },
    ],
    instanceNormBackward: (w) => [
      w.tensor(wide),
      w.tensor(wide),
      { weight: w.tensor([4]), eps: 0.1, out: w.tensor(wide) },
    ],
    rmsNorm: (w) => [w.tensor(wide), 5, { weight: w.tensor([5]), eps: null, out: w.tensor(wide) }],
    rmsNormBackward: (w) => [
      w.tensor(wide),
      w.tensor(wide),
      [5],
      { weight: w.tensor([5]), eps: 0.1, out: w.tensor(wide) },
    ],
    localResponseNorm: (w) => [
      w.tensor(wide),
      3,
      { alpha: 0.5, beta: w.random() < 0.5 ? 0.75 : 0.6, k: 2, out: w.tensor(wide) },
    ],
    localResponseNormBackward: (w) => [
      w.tensor(wide),
      w.tensor(wide),
      2,
      { alpha: 0.5, beta: 0.5, k: 2, out: w.tensor(wide) },
    ],
    moments: (w) => [w.tensor(wide)],
  };
  return Object.entries(table).flatMap(([name, args]) =>
    [name, `${name}Async`]
      .filter((known) => known in F)
      .map((known) => ({ name: `F.${known}`, args, run: (_, given) => F[known](...given) })),
  );
}

/** The modules: what makes one of them, and the shape of its input. */
function layers() {
  const settings = { eps: 0.01, momentum: 0.3, affine: true, trackRunningStats: true };
  const fused = { ...settings, activation: 'relu', unbiasedRunningVar: false };
  const table = {
    BatchNorm1d: [
      [4, settings],
      [5, 4],
    ],
    BatchNorm2d: [[4, fused], wide],
    BatchNorm3d: [
      [4, { ...settings, momentum: null }],
      [2, 4, 1, 2, 3],
    ],
    FrozenBatchNorm2d: [[4, { eps: 0.01 }], wide],
    InstanceNorm2d: [[4, settings], wide],
    LazyBatchNorm2d: [[settings], wide],
    LazyInstanceNorm2d: [[settings], wide],
    LayerNorm: [[[5], { eps: 0.1, elementwiseAffine: true, bias: true }], wide],
    RMSNorm: [[5, { eps: null }], wide],
    GroupNorm: [[2, 4, { eps: 0.1, affine: true }], wide],
    LocalResponseNorm: [[3, { alpha: 0.5, beta: 0.75, k: 2 }], wide],
    Identity: [[], wide],
  };
  return Object.entries(table).map(([name, [settingsOf, shape]]) => ({
    name,
    shape,
    settings: (w) => {
      const given = structuredClone(settingsOf);
      const last = given.at(-1);
      // LocalResponseNorm takes any, having nothing of its own.
      if (name === 'LocalResponseNorm') return given;
      if (last !== null && typeof last === 'object' && !Array.isArray(last)) last.dtype = w.dtype;
      return given;
    },
  }));
}

function passes() {
  return layers().flatMap(({ name, shape, settings }) => {
    const { [name]: Layer } = batchnorm;
    const make = (w) => {
      const given = settings(w);
      // Identity takes any dtype, and RMSNorm's is with its options.
      return new Layer(...given);
    };
    const inTurn = (w, layer) => (w.random() < 0.5 ? layer.train() : layer.eval());
    const used = (w) => {
      const layer = make(w);
      layer.train().forward(w.tensor(shape));
      return layer;
    };
    const forwardArgs = (w) => [
      w.tensor(shape),
      { out: w.tensor(shape), ...(name === 'Identity' ? {} : { grad: w.random() < 0.5 }) },
    ];
    const forwards = ['forward', 'forwardAsync'].filter((method) => method in Layer.prototype);
    return [
      { name: `new ${name}`, args: settings, run: (_, args) => new Layer(...args).stateDict() },
      ...forwards.map((method) => ({
        name: `${name}.${method}`,
        on: (w) => inTurn(w, make(w)),
        args: forwardArgs,
        run: (layer, args) => layer[method](...args),
        // A call that fails while it is pending may leave a lazy layer its channels.
        isInSteps: name.startsWith('Lazy') && method === 'forwardAsync',
      })),
      {
        name: `${name}.backward`,
        on: used,
        args: (w) => [w.tensor(shape), { out: w.tensor(shape) }],
        run: (layer, args) => layer.backward(...args),
      },
      {
        name: `${name}.loadStateDict`,
        on: make,
        args: (w) => [plain(used(w).stateDict()), { strict: w.random() < 0.5 }],
        run: (layer, args) => layer.loadStateDict(...args),
      },
    ];
  });
}

/** A state dict whose tensors are written as { data, shape }. */
function plain(dict) {
  return Object.fromEntries(
    Object.entries(dict).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null
        ? { data: value.data.slice(), shape: [...value.shape] }
        : value,
    ]),
  );
}

function others() {
  const sequential = (w) =>
    new batchnorm.Sequential(
      new batchnorm.BatchNorm2d(4, { dtype: w.dtype }),
      new batchnorm.LayerNorm([5], { dtype: w.dtype }),
    );
  const Sequential = batchnorm.Sequential.prototype;
  const pixels = (w) => ({ data: w.array(36, Uint8Array), width: 4, height: 3, channels: 3 });
  const normalize = () => new transforms.Normalize([0.1, 0.2, 0.3], [0.5, 0.6, 0.7]);
  const normalizes = ['forward', 'forwardAsync'].filter(
    (method) => method in transforms.Normalize.prototype,
  );
  const moments = (w) => new batchnorm.RunningMoments(3).update(pixels(w));
  return [
    ...['forward', 'forwardAsync']
      .filter((method) => method in Sequential)
      .map((method) => ({
        name: `Sequential.${method}`,
        on: sequential,
        args: (w) => [w.tensor(wide), { grad: true }],
        run: (net, args) => net[method](...args),
        // Each layer has done its part before the next one throws.
        isInSteps: method === 'forward',
      })),
    {
      name: 'Sequential.backward',
      isInSteps: true,
      on: (w) => {
        const net = sequential(w);
        net.forward(w.tensor(wide));
        return net;
      },
      args: (w) => [w.tensor(wide), {}],
      run: (net, args) => net.backward(...args),
    },
    {
      name: 'Sequential.loadStateDict',
      on: sequential,
      args: (w) => [plain(sequential(w).stateDict()), { strict: true }],
      run: (net, args) => net.loadStateDict(...args),
    },
    {
      name: 'Sequential.append',
      on: sequential,
      args: (w) => [new batchnorm.GroupNorm(2, 4, { dtype: w.dtype })],
      run: (net, args) => String(net.append(...args)),
    },
    {
      name: 'new Sequential',
      args: () => [new batchnorm.BatchNorm2d(4), new batchnorm.Identity()],
      run: (_, args) => String(new batchnorm.Sequential(...args)),
    },
    {
      name: 'registerBuffer',
      on: sequential,
      args: (w) => ['mine', w.tensor([3]), { persistent: true }],
      run: (net, args) => net.registerBuffer(...args),
    },
    {
      name: 'train',
      on: sequential,
      args: () => [false],
      run: (net, args) => String(net.train(...args)),
    },
    {
      name: 'freezeBatchNorm',
      args: (w) => [sequential(w)],
      run: (_, args) => batchnorm.freezeBatchNorm(...args).stateDict(),
    },
    {
      name: 'updateBatchNormStats',
      on: sequential,
      args: (w) => [[w.tensor(wide), w.tensor(wide)]],
      run: async (net, args) => {
        await batchnorm.updateBatchNormStats(net, ...args);
        return net.stateDict();
      },
    },
    {
      name: 'new Normalize',
      args: () => [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7], { dtype: 'float32', scale: 0.01 }],
      run: (_, args) => String(new transforms.Normalize(...args)),
    },
    ...normalizes.map((method) => ({
      name: `Normalize.${method}`,
      on: normalize,
      args: (w) => [
        pixels(w),
        { from: 'HWC', to: 'CHW', dropAlpha: false, out: w.array(36, Float32Array) },
      ],
      run: (transform, args) => transform[method](...args),
    })),
    {
      name: 'new RunningMoments',
      args: () => [3],
      run: (_, args) => new batchnorm.RunningMoments(...args).toJSON(),
    },
    {
      name: 'RunningMoments.update',
      on: moments,
      args: (w) => [pixels(w), { from: 'HWC', dropAlpha: false, scale: 0.5 }],
      run: (seen, args) => seen.update(...args).toJSON(),
    },
    {
      name: 'RunningMoments.merge',
      on: moments,
      args: (w) => [moments(w)],
      run: (seen, args) => seen.merge(...args).toJSON(),
    },
    {
      name: 'RunningMoments.fromJSON',
      args: (w) => [JSON.parse(JSON.stringify(moments(w)))],
      run: (_, args) => batchnorm.RunningMoments.fromJSON(...args).toJSON(),
    },
  ];
}

function creation() {
  const { ...make } = batchnorm;
  const onTensor = (w) => new batchnorm.Tensor(w.array(120), wide);
  const options = (w) => ({ dtype: w.dtype, memoryFormat: 'channelsLast' });
  const table = {
    Tensor: (w) => [w.array(120), [...wide], 'contiguous'],
    tensor: (w) => [w.array(6), [2, 3], { dtype: 'float64' }],
    zeros: (w) => [[...wide], options(w)],
    ones: (w) => [[...wide], options(w)],
    empty: (w) => [[2, 0, 3, 4], options(w)],
    full: (w) => [[...wide], 2.5, options(w)],
    manualSeed: () => [3],
    setNumThreads: () => [2],
  };
  return [
    ...Object.entries(table).map(([name, args]) => ({
      name,
      args,
      run: (_, given) =>
        name === 'Tensor' ? new batchnorm.Tensor(...given) : make[name](...given),
    })),
    {
      name: 'rand',
      args: (w) => [[2, 3], options({ ...w, dtype: w.dtype })],
      run: (_, args) => batchnorm.rand(...args).shape,
    },
    ...['to', 'reshape'].map((method) => ({
      name: `Tensor.${method}`,
      on: onTensor,
      args: () => [method === 'to' ? { dtype: 'float64', memoryFormat: 'channelsLast' } : [-1, 10]],
      run: (tensor, args) => tensor[method](...args),
    })),
    ...(batchnorm.asTensor === undefined
      ? []
      : [
          {
            name: 'asTensor',
            args: (w) => [w.tensor(wide)],
            run: (_, args) => batchnorm.asTensor(...args),
          },
        ]),
    ...(batchnorm.Tensor.shared === undefined
      ? []
      : [
          {
            name: 'Tensor.shared',
            args: (w) => [[...wide], options(w)],
            run: (_, args) => batchnorm.Tensor.shared(...args),
          },
        ]),
  ];
}
