import { checkFormat } from '../formats/check-format';
import { readNpy } from '../formats/read-npy';
import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';
import { checkSource, type FileOrBytes } from './source';

/**
 * Reads the array of a .npy file: floats into a Tensor, float16 widened to float32, which changes no
 * value; integers and Booleans into an {@link IntegerTensor}. Either order of bytes is read, and
 * Fortran order is put into row-major order. The size of the file is checked before memory is taken.
 *
 * The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @typeParam T Pass `IntegerTensor` where the file has integers, for the file alone decides
 * what is returned: `loadNpy<IntegerTensor>('labels.npy')`.
 * @param source The path of a file, or its bytes, of which the array is a copy.
 * @throws FormatError where the file is not a whole .npy file, or has elements of another type;
 * FileError where it cannot be read, its `code` being the system's ('ENOENT', ...).
 *
 * @example
 * ```ts
 * const x = loadNpy(await (await fetch(url)).arrayBuffer());
 * ```
 */
export function loadNpy<T extends Tensor | IntegerTensor = Tensor>(source: FileOrBytes): T {
  return checkSource('loadNpy', source).read((file) => {
    checkFormat(file, '.npy');
    return readNpy(file.from(0), file.size) as T;
  });
}
