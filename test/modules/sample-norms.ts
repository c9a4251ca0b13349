import {
  type DType,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  RMSNorm,
  randn,
} from 'batchnorm';
import {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type SampleNorm,
} from '../functional/sample-norms';

export type SampleLayer =
  | LayerNorm
  | RMSNorm
  | GroupNorm
  | InstanceNorm1d
  | InstanceNorm2d
  | InstanceNorm3d;

export interface LayerKind {
  /** The class and its first arguments. */
  name: string;
  /** With parameters unless told otherwise. */
  make(options?: { dtype?: DType; affine?: boolean; eps?: number }): SampleLayer;
  /** The function that it stands for. */
  norm: SampleNorm;
  shape: number[];
  /** One that has another number of channels, or of elements in a row. */
  wrongShape: number[];
}

export const layerKinds: LayerKind[] = [
  {
    name: 'LayerNorm(5)',
    make: ({ affine = true, ...rest } = {}) =>
      new LayerNorm(5, { ...rest, elementwiseAffine: affine }),
    norm: layerNorm([5]),
    shape: [4, 3, 5],
    wrongShape: [4, 5, 3],
  },
  {
    name: 'LayerNorm([2, 5])',
    make: ({ affine = true, ...rest } = {}) =>
      new LayerNorm([2, 5], { ...rest, elementwiseAffine: affine }),
    norm: layerNorm([2, 5]),
    shape: [4, 3, 2, 5],
    wrongShape: [4, 3, 5, 2],
  },
  {
    name: 'RMSNorm(5)',
    make: ({ affine = true, ...rest } = {}) =>
      new RMSNorm(5, { ...rest, elementwiseAffine: affine }),
    norm: rmsNorm([5]),
    shape: [4, 3, 5],
    wrongShape: [4, 5, 3],
  },
  {
    name: 'GroupNorm(2, 6)',
    make: (options) => new GroupNorm(2, 6, options),
    norm: groupNorm(2),
    shape: [3, 6, 2, 5],
    wrongShape: [3, 8, 2, 5],
  },
  {
    name: 'InstanceNorm1d(3)',
    make: (options = {}) => new InstanceNorm1d(3, { affine: true, ...options }),
    norm: instanceNorm(),
    shape: [4, 3, 5],
    wrongShape: [4, 5, 3],
  },
  {
    name: 'InstanceNorm2d(3)',
    make: (options = {}) => new InstanceNorm2d(3, { affine: true, ...options }),
    norm: instanceNorm(),
    shape: [4, 3, 2, 5],
    wrongShape: [4, 2, 3, 5],
  },
  {
    name: 'InstanceNorm3d(3)',
    make: (options = {}) => new InstanceNorm3d(3, { affine: true, ...options }),
    norm: instanceNorm(),
    shape: [4, 3, 2, 3, 2],
    wrongShape: [4, 2, 3, 3, 2],
  },
];

/** A layer whose parameters are those of a later day. */
export function trained(
  { make }: LayerKind,
  options?: { dtype?: DType; affine?: boolean },
): SampleLayer {
  const layer = make(options);
  for (const { data, shape } of layer.parameters()) {
    data.set(randn(shape, { dtype: layer.dtype }).data);
  }
  return layer;
}
