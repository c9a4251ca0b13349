import { endianness } from 'node:os';

export type Endianness = 'LE' | 'BE';

/** The bytes of an array's elements, in the same memory. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The bytes with which the elements stand in a file. */
export function littleEndianBytes(
  elements: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
): Uint8Array {
  const bytes = bytesOf(elements);
  return endianness() === 'LE' ? bytes : swapBytes(Buffer.from(bytes), elements.BYTES_PER_ELEMENT);
}

/** Turns elements as they stand in a file into those of this machine, in place. */
export function fromByteOrder(bytes: Buffer, elementBytes: number, order: Endianness): void {
  if (order !== endianness()) swapBytes(bytes, elementBytes);
}

function swapBytes(bytes: Buffer, elementBytes: number): Buffer {
  if (elementBytes === 2) bytes.swap16();
  if (elementBytes === 4) bytes.swap32();
  if (elementBytes === 8) bytes.swap64();
  return bytes;
}
