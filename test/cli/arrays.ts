import { npy } from '../formats/files';

/** A .npy file of float32. */
export function floats(shape: string, values: readonly number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  return npy(text, Float32Array.from(values));
}
