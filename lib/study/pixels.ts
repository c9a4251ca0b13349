import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { classes, type Digits } from './digits';

const scale = 1 / 255;

/** The images of `indices`, (N, pixels), from 0 to 1. */
export function imagesOf({ images, pixels }: Digits, indices: Uint32Array): Tensor2D {
  const values = new Float32Array(indices.length * pixels);
  for (const [row, index] of indices.entries()) {
    const from = index * pixels;
    const to = row * pixels;
    for (let i = 0; i < pixels; i++) values[to + i] = (images[from + i] as number) * scale;
  }
  return tensor2d(values, [indices.length, pixels]);
}

/** Their digits, (N, 10): 1 for the digit, else 0. */
export function targetsOf({ labels }: Digits, indices: Uint32Array): Tensor2D {
  const values = new Float32Array(indices.length * classes);
  for (const [row, index] of indices.entries())
    values[row * classes + (labels[index] as number)] = 1;
  return tensor2d(values, [indices.length, classes]);
}
