import { FormatError } from './format-error';
import type { InputFile } from './input';
import { isNpy } from './npy';

/** The formats that are read. */
type Format = 'safetensors' | '.npy' | '.npz';

const toConvert = 'write its state dict with safetensors.torch.save_file, for loadSafetensors';

/** What is known by its beginning, as errors call it. */
const kinds = {
  safetensors: 'a safetensors file, which loadSafetensors reads',
  '.npy': 'a .npy file, which loadNpy reads',
  '.npz': 'a .npz file, which loadNpz reads',
  torch: `a file of torch.save: ${toConvert}`,
  pickle: `a pickle, such as early versions of torch.save made: ${toConvert}`,
  hdf5: 'an HDF5 file, which is not read',
} as const;

/** More than the headers of 30 bytes and names with which zip files begin. */
const startBytes = 512;

/** Says what a file is where it is of another format that people have. */
export function checkFormat(file: InputFile, expected: Format): void {
  const start = Buffer.alloc(Math.min(file.size, startBytes));
  file.from(0).read(start);
  if (expected === 'safetensors' && isSafetensors(start)) return;
  const kind = kindOf(start);
  if (kind === null || kind === expected) return;
  throw new FormatError(`not a ${expected} file but ${kinds[kind]}`);
}

function kindOf(start: Buffer): keyof typeof kinds | null {
  if (isNpy(start)) return '.npy';
  const text = start.toString('latin1');
  if (text.startsWith('PK\x03\x04')) return kindOfZip(text);
  if (isPickle(start)) return 'pickle';
  if (text.startsWith('\x89HDF\r\n\x1a\n')) return 'hdf5';
  return isSafetensors(start) ? 'safetensors' : null;
}

/** By the name of the first member. */
function kindOfZip(text: string): '.npz' | 'torch' | null {
  const length = text.charCodeAt(26) + 256 * text.charCodeAt(27);
  const name = text.slice(30, 30 + length);
  if (name.endsWith('.npy')) return '.npz';
  return name.endsWith('.pkl') ? 'torch' : null;
}

/** Of protocol 2 to 5, which begins with a code that is not 0. */
function isPickle([code, protocol = 0, next = 0]: Buffer): boolean {
  return code === 0x80 && protocol >= 2 && protocol <= 5 && next !== 0;
}

/** After the length of the header, in 8 bytes, the header is JSON. */
function isSafetensors(start: Buffer): boolean {
  return start.toString('latin1', 8, 9) === '{';
}
