import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';
import { checkLength } from './array-header';
import type { Input } from './input';
import { takeNpyHeader } from './npy';
import { readElements } from './read-elements';

/** Reads a whole .npy file; `size` is how many bytes it has. */
export function readNpy(file: Input, size: number): Tensor | IntegerTensor {
  const header = takeNpyHeader(file);
  checkLength(header, size);
  return readElements(file, header);
}
