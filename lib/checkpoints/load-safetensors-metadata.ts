import { checkFormat } from '../formats/check-format';
import { readSafetensorsHeader } from '../formats/safetensors-header';
import { readSafetensorsIndex } from '../formats/safetensors-index';
import { checkSource, type FileOrBytes } from './source';

/**
 * The metadata of a safetensors file, text by name; empty where it has none. The tensors may be of
 * any dtype: they are checked, but not read. Of the index of a sharded checkpoint it is the index's
 * own, values that are no text as JSON; the shards are not read.
 *
 * @param source The path of a file, or its bytes.
 * @throws FormatError where it is not a whole safetensors file or an index; FileError where it cannot
 * be read.
 */
export function loadSafetensorsMetadata(source: FileOrBytes): Readonly<Record<string, string>> {
  return checkSource('loadSafetensorsMetadata', source).read((file) => {
    const format = checkFormat(file, 'safetensors', 'safetensors index');
    const { metadata } =
      format === 'safetensors' ? readSafetensorsHeader(file.from(0)) : readSafetensorsIndex(file);
    return metadata;
  });
}
