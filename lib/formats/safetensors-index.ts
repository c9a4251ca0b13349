import { FormatError } from './format-error';
import type { InputFile } from './input';
import { JsonText } from './json-text';
import { longestHeader } from './safetensors-header';
import { quoted } from './shorten';

// As Hugging Face's transformers writes it beside the shards, model.safetensors.index.json:
// { "metadata": { "total_size": 123 }, "weight_map": { "key": "model-00001-of-00002.safetensors" } }

/** Which file of a sharded checkpoint each tensor is in. */
export interface SafetensorsIndex {
  /** Text as it is, other values as JSON has them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The keys in each shard, by its path from the index's folder on, with slashes. */
  readonly shards: ReadonlyMap<string, readonly string[]>;
}

/** @throws FormatError where it is none, or a shard's path leaves the folder */
export function readSafetensorsIndex(file: InputFile): SafetensorsIndex {
  const text = new JsonText(readText(file), 'its JSON');
  let metadata: [string, string][] = [];
  let shards: Map<string, string[]> | null = null;
  text.object((name) => {
    if (name === 'weight_map') shards = readWeightMap(text);
    else if (name === 'metadata' && !text.null()) metadata = readMetadata(text);
    else if (name !== 'metadata') text.skip();
  });
  text.end();
  if (shards !== null) return { metadata: Object.fromEntries(metadata), shards };
  throw new FormatError('no index of a sharded checkpoint: it has no "weight_map"');
}

function readText(file: InputFile): string {
  if (file.size > longestHeader) {
    throw new FormatError(`an index of ${file.size} bytes; at most 100 MB are read`);
  }
  const bytes = Buffer.alloc(file.size);
  file.from(0).read(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError('its text is not UTF-8', { cause });
  }
}

function readMetadata(text: JsonText): [string, string][] {
  const metadata: [string, string][] = [];
  text.object((name) => metadata.push([name, text.written()]));
  return metadata;
}

function readWeightMap(text: JsonText): Map<string, string[]> {
  const shards = new Map<string, string[]>();
  text.object((key) => {
    const shard = text.string();
    const keys = shards.get(shard);
    if (keys !== undefined) keys.push(key);
    else shards.set(checkShard(shard, key), [key]);
  });
  return shards;
}

/** An index from elsewhere may not have other files read than those that came with it. */
function checkShard(shard: string, key: string): string {
  const isInside = shard.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
  if (isInside && !/[\\:\0]/.test(shard)) return shard;
  throw new FormatError(
    `tensor ${quoted(key)} should be in ${quoted(shard)}, which is no path inside the index's folder`,
  );
}
