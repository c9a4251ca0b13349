import { ArgumentError } from '../errors';
import { checkFormat } from '../formats/check-format';
import { readFile } from '../formats/input';
import { readSafetensorsHeader } from '../formats/safetensors-header';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { type Checkpoint, checkpointValue } from './checkpoint';
import { checkPath } from './path';
import { readElements } from './read-elements';

export interface LoadSafetensorsOptions {
  /**
   * What the keys of the tensors to read begin with, all unless told. Others are passed over, and may
   * be of any dtype.
   */
  prefix?: string | undefined;
}

/**
 * Reads the tensors of a safetensors file, each into memory of its own; `loadStateDict` takes them.
 * float32 and float64 come as Tensors, float16 and bfloat16 widened to float32, which changes no
 * value. A single int64 is a number where that is exact; other integers and Booleans are
 * {@link IntegerTensor}s. All is checked against the size of the file before memory is taken.
 *
 * The format: https://github.com/huggingface/safetensors#format
 *
 * @param path Of an ordinary file.
 * @returns The tensors by key, in the order in which they stand in the file. Keys are the file's, with
 * the prefix.
 * @throws FormatError where the file is not a whole safetensors file, or one of these tensors has a
 * dtype that is none of the above; FileError where it cannot be read, its `code` being the system's
 * ('ENOENT', ...).
 *
 * @example
 * ```ts
 * const prefix = 'layer1.0.bn1.';
 * bn.loadStateDict(loadSafetensors('resnet18.safetensors', { prefix }), { prefix });
 * ```
 */
export function loadSafetensors(
  path: string | URL,
  options: LoadSafetensorsOptions = {},
): Checkpoint {
  const caller = 'loadSafetensors';
  const name = checkPath(caller, path);
  checkOptions(caller, options, ['prefix']);
  const { prefix = '' } = options;
  if (typeof prefix !== 'string') {
    throw new ArgumentError(`${caller}: prefix should be a string, got ${nameOf(prefix)}`);
  }
  return readFile(name, (file) => {
    checkFormat(file, 'safetensors');
    const input = file.from(0);
    const { entries } = readSafetensorsHeader(input, prefix);
    const offset = file.size - input.left;
    return Object.fromEntries(
      entries.map(({ key, type, shape, begin, end }) => {
        const elements = { type, shape, endianness: 'LE', fortranOrder: false } as const;
        const bytes = file.from(offset + begin, end - begin);
        return [key, checkpointValue(readElements(bytes, elements))];
      }),
    );
  });
}

/**
 * The metadata of a safetensors file, text by name; empty where it has none. The tensors are
 * checked, but not read.
 *
 * @throws as {@link loadSafetensors}
 */
export function loadSafetensorsMetadata(path: string | URL): Readonly<Record<string, string>> {
  return readFile(checkPath('loadSafetensorsMetadata', path), (file) => {
    checkFormat(file, 'safetensors');
    return readSafetensorsHeader(file.from(0)).metadata;
  });
}
