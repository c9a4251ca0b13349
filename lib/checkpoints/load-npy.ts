import { checkFormat } from '../formats/check-format';
import { readFile } from '../formats/input';
import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';
import { checkPath } from './path';
import { readNpy } from './read-npy';

/**
 * Reads the array of a .npy file: floats into a Tensor, float16 widened to float32, which changes no
 * value; integers and Booleans into an {@link IntegerTensor}. Either order of bytes is read, and
 * Fortran order is put into row-major order. The size of the file is checked before memory is taken.
 *
 * The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @typeParam T Pass `IntegerTensor` where the file has integers, for the file alone decides
 * what is returned: `loadNpy<IntegerTensor>('labels.npy')`.
 * @throws FormatError where the file is not a whole .npy file, or has elements of another type;
 * FileError where it cannot be read, its `code` being the system's ('ENOENT', ...).
 */
export function loadNpy<T extends Tensor | IntegerTensor = Tensor>(path: string | URL): T {
  return readFile(checkPath('loadNpy', path), (file) => {
    checkFormat(file, '.npy');
    return readNpy(file.from(0), file.size) as T;
  });
}
