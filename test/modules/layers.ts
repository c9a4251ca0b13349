import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from 'batchnorm';

/** Each layer with the shapes that it accepts, for inputs of three channels. */
export const layers = [
  { Layer: BatchNorm1d, shape: [4, 3], rank: '2D or 3D', axes: '(N, C) or (N, C, L)' },
  { Layer: BatchNorm1d, shape: [4, 3, 5], rank: '2D or 3D', axes: '(N, C) or (N, C, L)' },
  { Layer: BatchNorm2d, shape: [4, 3, 2, 5], rank: '4D', axes: '(N, C, H, W)' },
  { Layer: BatchNorm3d, shape: [4, 3, 2, 3, 2], rank: '5D', axes: '(N, C, D, H, W)' },
] as const;
