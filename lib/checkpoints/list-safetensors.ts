import { type LoadSafetensorsOptions, readPrefix } from './safetensors-options';
import { readParts } from './safetensors-parts';
import { checkSource, type FileOrBytes } from './source';

/** A tensor in a safetensors file. */
export interface SafetensorsListing {
  /** Its key. */
  readonly name: string;
  /**
   * As PyTorch and NumPy call it: `'float32'`; of those that `loadSafetensors` does not read the
   * format's own name, in capitals: `'F8_E4M3'`.
   */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * The names, dtypes and shapes of the tensors in a safetensors file, or in all shards of an index,
 * of which none is read: the headers alone are, and checked.
 *
 * @param source The path of a file, or its bytes.
 * @returns They in the order in which they stand in the file.
 * @throws FormatError where it is not a whole safetensors file, or an index does not fit its shards;
 * FileError where it or a shard cannot be read.
 *
 * @example
 * ```ts
 * for (const { name, dtype, shape } of listSafetensors('model.safetensors', { prefix: 'layer1.' })) {
 *   console.log(name, dtype, shape); // layer1.0.bn1.weight float32 [ 64 ]
 * }
 * ```
 */
export function listSafetensors(
  source: FileOrBytes,
  options: LoadSafetensorsOptions = {},
): SafetensorsListing[] {
  const caller = 'listSafetensors';
  const checked = checkSource(caller, source);
  return readParts(checked, readPrefix(caller, options), ({ entries }) =>
    entries.map(({ key, dtype, type, shape }) => ({ name: key, dtype: type ?? dtype, shape })),
  );
}
