import { writeAtomically } from '../formats/atomic-file';
import { writeNpyHeader } from '../formats/npy';
import { checkPath } from './path';
import { type SaveableTensor, type Written, writtenFrom } from './written';

/**
 * Writes a tensor into a .npy file, as NumPy writes it, in row-major (N, C, ...) order. Under its
 * name the file appears once it is whole and on the disk; until then, and where writing fails, what
 * was there stays.
 *
 * The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param path Where to; an existing file is replaced and keeps its mode.
 * @throws ArgumentError, DTypeError or ShapeError for what is no tensor, before a file is opened;
 * FileError where it cannot be written, its `code` being the system's ('ENOSPC', ...).
 */
export function saveNpy(path: string | URL, tensor: SaveableTensor): void {
  const name = checkPath('saveNpy', path);
  writeAtomically(name, chunks(writtenFrom(tensor, 'tensor', 'saveNpy')));
}

function* chunks(tensor: Written): Iterable<Uint8Array> {
  yield writeNpyHeader(tensor.type, tensor.shape);
  yield* tensor.bytes();
}
