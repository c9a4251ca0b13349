import { checkLength } from '../formats/array-header';
import type { Input } from '../formats/input';
import { takeNpyHeader } from '../formats/npy';
import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';
import { readElements } from './read-elements';

/** Reads a whole .npy file; `size` is how many bytes it has. */
export function readNpy(file: Input, size: number): Tensor | IntegerTensor {
  const header = takeNpyHeader(file);
  checkLength(header, size);
  return readElements(file, header);
}
