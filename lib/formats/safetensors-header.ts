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

/** A tensor in a safetensors file. */
export interface SafetensorsEntry {
  readonly key: string;
  /** As the file has it. */
  readonly dtype: string;
  /** Null where it is none that is read. */
  readonly type: ElementType | null;
  readonly shape: readonly number[];
  /** Where its elements begin and end, in bytes after the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their elements. */
  readonly entries: readonly SafetensorsEntry[];
}

/**
 * Reads the header with which a file begins, and leaves the elements, which lie next to one another
 * up to the end of the file.
 *
 * @throws FormatError where it is none, or does not describe the bytes that follow it
 */
export function readSafetensorsHeader(file: Input): SafetensorsHeader {
  const { metadata, entries } = parse(readText(file));
  const inOrder = entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkOffsets(inOrder, file.left);
  return { metadata, entries: inOrder };
}

/** The type of a tensor that is to be read. */
export function readableType({ key, dtype, type }: SafetensorsEntry): ElementType {
  if (type !== null) return type;
  throw new FormatError(
    `tensor ${quoted(key)} has dtype ${quoted(dtype)}; read are ` +
      `${[...safetensorsTypes.keys()].join(', ')}: the option prefix reads the others alone`,
  );
}

function inHex(bytes: Buffer): string {
  return bytes.toString('hex').replace(/(?<=..)(?=(?:..)+$)/g, ' ');
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
      `not a safetensors file: its first bytes are ${inHex(start)}, by which its header would have ${length} bytes, at most 100 MB are allowed`,
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

function parse(header: string): { metadata: Record<string, string>; entries: SafetensorsEntry[] } {
  const text = new JsonText(header);
  let metadata: Record<string, string> = {};
  const entries: SafetensorsEntry[] = [];
  text.object((key) => {
    if (key === '__metadata__') metadata = text.null() ? {} : readMetadata(text);
    else entries.push(readEntry(text, key));
  });
  text.end();
  return { metadata, entries };
}

function readMetadata(text: JsonText): Record<string, string> {
  const metadata: [string, string][] = [];
  text.object((name) => metadata.push([name, text.string()]));
  return Object.fromEntries(metadata);
}

const fields = ['dtype', 'shape', 'data_offsets'];

/** Other fields, of later versions of the format, are passed over. */
function readEntry(text: JsonText, key: string): SafetensorsEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  text.object((name) => {
    if (name === 'dtype') dtype = text.string();
    else if (name === 'shape') shape = text.integers(maxDims);
    else if (name === 'data_offsets') offsets = text.integers(2);
    else text.skip();
  }, fields);
  const [begin, end] = offsets ?? [];
  if (dtype !== undefined && shape !== undefined && begin !== undefined && end !== undefined) {
    return { key, dtype, type: safetensorsTypes.get(dtype) ?? null, shape, begin, end };
  }
  throw new FormatError(`tensor ${quoted(key)} lacks one of dtype, shape and two data_offsets`);
}

/** Tensors neither overlap nor leave holes, and their elements are all that follows the header. */
function checkOffsets(entries: readonly SafetensorsEntry[], bytes: number): void {
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
