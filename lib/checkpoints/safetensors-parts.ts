import { dirname, join } from 'node:path';
import { checkFormat } from '../formats/check-format';
import { FileError } from '../formats/file-error';
import { FormatError } from '../formats/format-error';
import { type InputFile, readFile } from '../formats/input';
import { readSafetensorsHeader, type SafetensorsEntry } from '../formats/safetensors-header';
import { readSafetensorsIndex } from '../formats/safetensors-index';
import { quoted } from '../formats/shorten';
import type { Source } from './source';

/** A file of tensors, and which of them are asked for. */
export interface SafetensorsPart {
  readonly file: InputFile;
  /** In the order of their elements. */
  readonly entries: readonly SafetensorsEntry[];
  /** Where the elements of all begin. */
  readonly offset: number;
}

/**
 * What `read` makes of the tensors whose keys begin with `prefix`: those of a safetensors file, or
 * of the shards that an index names, of which only those are opened that have such a tensor. An
 * index is checked against its shards before anything is read.
 */
export function readParts<T>(
  source: Source,
  prefix: string,
  read: (part: SafetensorsPart) => T[],
): T[] {
  return source.read((file) => {
    const format = checkFormat(file, 'safetensors', 'safetensors index');
    if (format === 'safetensors') {
      return read(partOf(file, ({ key }) => key.startsWith(prefix)));
    }
    if (source.path === null) {
      throw new FormatError(
        'the index of a sharded checkpoint, whose shards lie beside it: give its path, or read the ' +
          'bytes of each shard',
      );
    }
    const shards = shardsOf(source.path, file, prefix);
    for (const shard of shards) inShard(shard, () => {});
    return shards.flatMap((shard) => inShard(shard, read));
  });
}

interface Shard {
  readonly index: string;
  readonly path: string;
  readonly keys: readonly string[];
}

function shardsOf(index: string, file: InputFile, prefix: string): Shard[] {
  return [...readSafetensorsIndex(file).shards].flatMap(([name, all]) => {
    const keys = all.filter((key) => key.startsWith(prefix));
    return keys.length > 0 ? [{ index, path: join(dirname(index), name), keys }] : [];
  });
}

/** What `read` makes of the tensors that the index has in this shard. */
function inShard<T>({ index, path, keys }: Shard, read: (part: SafetensorsPart) => T): T {
  try {
    return readFile(path, (file) => {
      checkFormat(file, 'safetensors');
      const wanted = new Set(keys);
      const part = partOf(file, ({ key }) => wanted.delete(key));
      const [lacking] = wanted;
      if (lacking === undefined) return read(part);
      throw new FormatError(`has no tensor ${quoted(lacking)}, which the index has in it`);
    });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError('read', `${path}, a shard of ${index}`, error.cause);
  }
}

function partOf(file: InputFile, isWanted: (entry: SafetensorsEntry) => boolean): SafetensorsPart {
  const input = file.from(0);
  const { entries } = readSafetensorsHeader(input);
  return { file, entries: entries.filter(isWanted), offset: file.size - input.left };
}
