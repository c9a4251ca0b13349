import { readElements } from '../formats/read-elements';
import { readableType } from '../formats/safetensors-header';
import { type Checkpoint, checkpointValue } from './checkpoint';
import { type LoadSafetensorsOptions, readPrefix } from './safetensors-options';
import { readParts, type SafetensorsPart } from './safetensors-parts';
import { checkSource, type FileOrBytes } from './source';

/**
 * Reads the tensors of a safetensors file, each into memory of its own; `loadStateDict` takes them.
 * float32 and float64 come as Tensors, float16 and bfloat16 widened to float32, which changes no
 * value. A single int64 is a number where that is exact; other integers and Booleans are
 * {@link IntegerTensor}s. All is checked against the size of the file before memory is taken.
 *
 * Of a sharded checkpoint give the path of its index, `model.safetensors.index.json`: the shards
 * that lie beside it are read, of each the tensors that the index has in it.
 *
 * The format: https://github.com/huggingface/safetensors#format
 *
 * @param source The path of an ordinary file, or its bytes, which the tensors do not share.
 * @returns The tensors by key, in the order in which they stand in the file. Keys are the file's, with
 * the prefix.
 * @throws FormatError where the file is not a whole safetensors file, one of these tensors has a
 * dtype that is none of the above, or an index does not fit its shards; FileError where it or a
 * shard cannot be read, its `code` being the system's ('ENOENT', ...).
 *
 * @example
 * ```ts
 * const prefix = 'layer1.0.bn1.';
 * bn.loadStateDict(loadSafetensors('resnet18.safetensors', { prefix }), { prefix });
 * ```
 */
export function loadSafetensors(
  source: FileOrBytes,
  options: LoadSafetensorsOptions = {},
): Checkpoint {
  const caller = 'loadSafetensors';
  const checked = checkSource(caller, source);
  const prefix = readPrefix(caller, options);
  return Object.fromEntries(readParts(checked, prefix, readTensors));
}

function readTensors({ file, entries, offset }: SafetensorsPart): [string, Checkpoint[string]][] {
  // All of them first, before elements are read.
  const types = entries.map(readableType);
  return entries.map(({ key, shape, begin, end }, i) => {
    const type = types[i] as (typeof types)[number];
    const elements = { type, shape, endianness: 'LE', fortranOrder: false } as const;
    const bytes = file.from(offset + begin, end - begin);
    return [key, checkpointValue(readElements(bytes, elements))];
  });
}
