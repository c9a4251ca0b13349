import { sizeOf } from '../tensor/shape';
import { type ElementType, elementBytes } from './element-type';
import { safetensorsTypes } from './safetensors-types';

const names = [...safetensorsTypes.keys()];
const types = [...safetensorsTypes.values()];

/** What the header says of a tensor. */
export interface Described {
  readonly key: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/**
 * The order that Python's safetensors gives to tensors, for each to be aligned: by type, those of
 * the most bytes first, then by the UTF-8 of their names.
 */
export function safetensorsOrder(a: Described, b: Described): number {
  return (
    types.indexOf(a.type) - types.indexOf(b.type) ||
    Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
  );
}

/**
 * The beginning of a safetensors file, after which the elements of each tensor follow.
 *
 * @param metadata - none is written where it is undefined
 */
export function writeSafetensorsHeader(
  tensors: readonly Described[],
  metadata: Readonly<Record<string, string>> | undefined,
): Buffer {
  const members = metadata === undefined ? [] : [member('__metadata__', metadata)];
  let begin = 0;
  for (const { key, type, shape } of tensors) {
    const end = begin + sizeOf(shape) * elementBytes[type];
    const dtype = names[types.indexOf(type)];
    members.push(member(key, { dtype, shape, data_offsets: [begin, end] }));
    begin = end;
  }
  const text = Buffer.from(`{${members.join()}}`);
  // The elements begin at a multiple of 8.
  const header = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  text.copy(header, 8);
  return header;
}

function member(name: string, value: object): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}
