import { maxDims, sizeOf } from '../tensor/shape';
import { type ElementType, elementBytes } from './element-type';
import { FormatError } from './format-error';
import type { Input } from './input';
import { JsonText } from './json-text';
import { safetensorsTypes } from './safetensors-types';
import { quoted, shortShape } from './shorten';

// https://github.com/huggingface/safetensors#format: the length of the header, 64 bits, least
// significant byte first; the header, in JSON; the elements.

/** The longest header that the format allows, in bytes. */
export const longestHeader = 100_000_000;

/** A tensor in a safetensors file; one that is not asked for may be of a type that is not read. */
export interface SafetensorsEntry<Type extends ElementType | null = ElementType> {
  readonly key: string;
  readonly type: Type;
  readonly shape: readonly number[];
  /** Where its elements begin and end, in bytes after the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** Those that are asked for, in the order of their elements. */
  readonly entries: readonly SafetensorsEntry[];
}

type AnyEntry = SafetensorsEntry<ElementType | null>;

/**
 * Reads the header with which a file begins, and leaves the elements, which lie next to one another
 * up to the end of the file.
 *
 * @param prefix - tensors whose keys begin so are asked for
 * @throws FormatError where it is none, or does not describe the bytes that follow it
 */
export function readSafetensorsHeader(file: Input, prefix = ''): SafetensorsHeader {
  const { metadata, entries } = parse(readText(file), prefix);
  const inOrder = entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkOffsets(inOrder, file.left);
  const isWanted = (entry: AnyEntry): entry is SafetensorsEntry => entry.key.startsWith(prefix);
  return { metadata, entries: inOrder.filter(isWanted) };
}

function readText(file: Input): string {
  const start = Buffer.alloc(8);
  if (file.left < start.length) {
    throw new FormatError(`not a safetensors file: it has ${file.left} bytes, not even 8`);
  }
  file.read(start);
  const length = start.readBigUInt64LE();
  if (length > longestHeader) {
    throw new FormatError(
      `not a safetensors file: its header would have ${length} bytes, at most 100 MB are allowed`,
    );
  }
  if (length > file.left) {
    throw new FormatError(
      `cut off in its header, which has ${length} bytes, ${file.left} of them here`,
    );
  }
  const bytes = Buffer.alloc(Number(length));
  file.read(bytes);
  if (bytes[0] !== 0x7b)
    throw new FormatError('not a safetensors file: its header begins without {');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError('its header is not UTF-8', { cause });
  }
}

function parse(
  header: string,
  prefix: string,
): { metadata: Record<string, string>; entries: AnyEntry[] } {
  const text = new JsonText(header);
  let metadata: Record<string, string> = {};
  const entries: AnyEntry[] = [];
  text.object((key) => {
    if (key === '__metadata__') metadata = readMetadata(text);
    else entries.push(readEntry(text, key, key.startsWith(prefix)));
  });
  text.end();
  return { metadata, entries };
}

function readMetadata(text: JsonText): Record<string, string> {
  const metadata: [string, string][] = [];
  text.object((name) => metadata.push([name, text.string()]));
  return Object.fromEntries(metadata);
}

function readEntry(text: JsonText, key: string, isWanted: boolean): AnyEntry {
  let type: ElementType | null | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  text.object((name) => {
    if (name === 'dtype') type = typeOf(text.string(), key, isWanted);
    else if (name === 'shape') shape = text.integers(maxDims);
    else if (name === 'data_offsets') offsets = text.integers(2);
    else throw new FormatError(`tensor ${quoted(key)} has an unknown ${quoted(name)}`);
  });
  const [begin, end] = offsets ?? [];
  if (type !== undefined && shape !== undefined && begin !== undefined && end !== undefined) {
    return { key, type, shape, begin, end };
  }
  throw new FormatError(`tensor ${quoted(key)} lacks one of dtype, shape and two data_offsets`);
}

function typeOf(name: string, key: string, isWanted: boolean): ElementType | null {
  const type = safetensorsTypes.get(name);
  if (type !== undefined) return type;
  if (!isWanted) return null;
  throw new FormatError(
    `tensor ${quoted(key)} has dtype ${quoted(name)}; read are ${[...safetensorsTypes.keys()].join(', ')}`,
  );
}

/** Tensors neither overlap nor leave holes, and their elements are all that follows the header. */
function checkOffsets(entries: readonly AnyEntry[], bytes: number): void {
  let position = 0;
  for (const { key, type, shape, begin, end } of entries) {
    const name = `tensor ${quoted(key)}, of data_offsets [${begin}, ${end}],`;
    if (begin < position) throw new FormatError(`${name} overlaps the one before it`);
    if (begin > position)
      throw new FormatError(`${name} leaves a hole before it, from ${position} on`);
    if (end < begin) throw new FormatError(`${name} ends before it begins`);
    const size = type === null ? end - begin : sizeOf(shape) * elementBytes[type];
    if (begin + size !== end) {
      throw new FormatError(
        `${name} should take ${size} bytes, for it is ${type} of shape ${shortShape(shape)}`,
      );
    }
    position = end;
  }
  if (position === bytes) return;
  const what = position > bytes ? 'cut off' : 'has more bytes than its tensors';
  throw new FormatError(`${what}: ${position} bytes should follow its header, and ${bytes} do`);
}
