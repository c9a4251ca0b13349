import {
  type AsyncForwardOptions,
  BatchNorm2d,
  type DType,
  type ForwardOptions,
  FrozenBatchNorm2d,
  GroupNorm,
  Identity,
  InstanceNorm2d,
  LayerNorm,
  LazyBatchNorm2d,
  LazyInstanceNorm2d,
  LocalResponseNorm,
  type Module,
  type ResidualGradients,
  RMSNorm,
  Sequential,
  type Tensor,
} from 'batchnorm';

interface Net extends Module {
  forward(input: Tensor, options?: ForwardOptions): Tensor;
  forwardAsync(input: Tensor, options?: AsyncForwardOptions): Promise<Tensor>;
  backward(gradOutput: Tensor): Tensor | ResidualGradients;
}

/** Modules that take (N, 4, H, W), by name, each with the last axis W that it is made for. */
export const nets: Record<string, (dtype: DType, width: number) => Net> = {
  BatchNorm2d: (dtype) => new BatchNorm2d(4, { dtype }),
  'BatchNorm2d, cumulative': (dtype) => new BatchNorm2d(4, { dtype, momentum: null }),
  'BatchNorm2d, leakyRelu': (dtype) => new BatchNorm2d(4, { dtype, activation: 'leakyRelu' }),
  'BatchNorm2d, without': (dtype) =>
    new BatchNorm2d(4, { dtype, affine: false, trackRunningStats: false }),
  FrozenBatchNorm2d: (dtype) => new FrozenBatchNorm2d(4, { dtype, activation: 'relu' }),
  LazyBatchNorm2d: (dtype) => new LazyBatchNorm2d({ dtype }),
  InstanceNorm2d: (dtype) => new InstanceNorm2d(4, { dtype }),
  LazyInstanceNorm2d: (dtype) => new LazyInstanceNorm2d({ dtype }),
  LayerNorm: (dtype, width) => new LayerNorm(width, { dtype }),
  GroupNorm: (dtype) => new GroupNorm(2, 4, { dtype }),
  RMSNorm: (dtype, width) => new RMSNorm(width, { dtype }),
  LocalResponseNorm: () => new LocalResponseNorm(3, { alpha: 1 }),
  'LocalResponseNorm, any beta': () => new LocalResponseNorm(4, { alpha: 1, beta: 0.6 }),
  Identity: () => new Identity(),
  Sequential: (dtype, width) =>
    new Sequential(
      new BatchNorm2d(4, { dtype, activation: 'relu' }),
      new Sequential(new LayerNorm(width, { dtype }), new Identity()),
      new LazyBatchNorm2d({ dtype }),
    ),
  'empty Sequential': () => new Sequential(),
};
