import { isNpy } from './npy';
import { longestHeader } from './safetensors-header';
import { quoted } from './shorten';

/** As many bytes of a file as its kind is known by, or all that it has. */
export const kindBytes = 4096;

/** What a file is by its first bytes. */
export interface FileKind {
  /** The format, where it is one that is read; what else it is has none. */
  readonly format: 'safetensors' | 'safetensors index' | '.npy' | '.npz' | null;
  /** What errors call it, with what to do. */
  readonly name: string;
}

const toConvert = 'write its state dict with safetensors.torch.save_file, for loadSafetensors';
const toUnpack = 'which has to be unpacked first';

/** What files of other formats begin with, at an offset. */
const signatures: readonly (readonly [start: string, name: string, at?: number])[] = [
  ['\x1f\x8b', `a gzip file, ${toUnpack}: gunzip, or zlib.gunzipSync of its bytes`],
  ['\x28\xb5\x2f\xfd', `a zstd file, ${toUnpack}`],
  ['BZh', `a bzip2 file, ${toUnpack}`],
  ['\xfd7zXZ\0', `an xz file, ${toUnpack}`],
  ['7z\xbc\xaf\x27\x1c', `a 7z file, ${toUnpack}`],
  ['ustar', `a tar file, ${toUnpack}`, 257],
  [
    '\x89HDF\r\n\x1a\n',
    'an HDF5 file, as Keras writes, which is not read: write its arrays with numpy.savez, for loadNpz',
  ],
  ['GGUF', 'a GGUF file, which is not read'],
  ['TFL3', 'a TensorFlow Lite model, which is not read', 4],
  ['MATLAB 5.0 MAT-file', 'a MATLAB file, which is not read'],
  ['PAR1', 'a Parquet file, which is not read'],
  ['ARROW1', 'an Arrow file, which is not read'],
  ['\x89PNG\r\n\x1a\n', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['%PDF-', 'a PDF document'],
];

/** What a file that begins so is; null where that is not known. */
export function kindOf(start: Buffer): FileKind | null {
  if (isSafetensors(start)) {
    return { format: 'safetensors', name: 'a safetensors file, which loadSafetensors reads' };
  }
  if (isNpy(start)) return { format: '.npy', name: 'a .npy file, which loadNpy reads' };
  const bytes = start.toString('latin1');
  if (bytes.startsWith('PK\x03\x04')) return kindOfZip(bytes);
  if (isPickle(start)) {
    return other(`a pickle, such as early versions of torch.save made: ${toConvert}`);
  }
  const known = signatures.find(([signature, , at = 0]) => bytes.startsWith(signature, at));
  if (known !== undefined) return other(known[1]);
  if (isOnnx(start)) return other('an ONNX model, which is not read');
  return isText(start) ? kindOfText(start.toString('utf8').replace(/^\uFEFF/, '')) : null;
}

function other(name: string): FileKind {
  return { format: null, name };
}

/** After the length of the header, in 8 bytes, the header is JSON. */
function isSafetensors(start: Buffer): boolean {
  return start[8] === 0x7b && start.readBigUInt64LE() <= longestHeader;
}

/** Of protocol 2 to 5, which begins with a code that is not 0. */
function isPickle([code, protocol = 0, next = 0]: Buffer): boolean {
  return code === 0x80 && protocol >= 2 && protocol <= 5 && next !== 0;
}

/** The first fields of its message: the version of the format, then who made it or the graph. */
function isOnnx([field, version = 0, next]: Buffer): boolean {
  return field === 0x08 && version > 0 && version < 0x20 && (next === 0x12 || next === 0x3a);
}

/** By the name of the first member. */
function kindOfZip(bytes: string): FileKind | null {
  const length = bytes.charCodeAt(26) + 256 * bytes.charCodeAt(27);
  const name = bytes.slice(30, 30 + length);
  if (name.endsWith('.npy')) return { format: '.npz', name: 'a .npz file, which loadNpz reads' };
  if (name.endsWith('.pkl')) return other(`a file of torch.save: ${toConvert}`);
  return null;
}

/** Whether nothing but tabs and line breaks is there that is no character. */
function isText(start: Buffer): boolean {
  return start.length > 0 && start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function kindOfText(text: string): FileKind | null {
  const pointer = /^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\//.test(text);
  if (pointer) {
    const size = /^size (\d{1,20})$/m.exec(text)?.[1];
    const stands = size === undefined ? '' : ` to a file of ${size} bytes`;
    return other(`a Git LFS pointer${stands}: fetch the file itself with git lfs pull`);
  }
  if (/^\/annex\/objects\//.test(text)) {
    return other('a git-annex pointer: fetch the file itself with git annex get');
  }
  const instead =
    'as servers send in place of a file: check its address and whether one must log in';
  const begins = `it begins ${quoted(text)}`;
  if (/^\s*<(?:!doctype html|html|head)\b/i.test(text)) return other(`an HTML page, ${instead}`);
  if (/^\s*<\?xml\b|^\s*<error\b/i.test(text)) return other(`XML, ${instead}; ${begins}`);
  if (!/^\s*[{[]/.test(text)) return other(`text; ${begins}`);
  if (/"weight_map"\s*:/.test(text)) {
    return {
      format: 'safetensors index',
      name: 'the index of a sharded checkpoint, which loadSafetensors reads',
    };
  }
  return other(`JSON; ${begins}`);
}
