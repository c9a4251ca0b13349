import { type FileHandle, open } from 'node:fs/promises';
import { isIdx } from '../formats/idx';
import { isNpy } from '../formats/npy';

export type Kind = 'images' | 'npy' | 'npz' | 'idx';

const names: readonly (readonly [RegExp, Kind])[] = [
  [/\.(jpe?g|png|webp|avif|tiff?)$/i, 'images'],
  [/\.npy(\.gz)?$/i, 'npy'],
  [/\.npz$/i, 'npz'],
  // Labels, of one axis, are no images.
  [/(idx[2-9]-ubyte|\.idx)(\.gz)?$/i, 'idx'],
];

/** How files of these kinds are named, for errors. */
export const knownNames =
  'images (.jpg, .jpeg, .png, .webp, .avif, .tif, .tiff), no .npy, no .npz and no IDX files ' +
  '(...-idx3-ubyte, .idx)';

/** What a file is by its name; null where that says nothing. */
export function kindByName(path: string): Kind | null {
  return names.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** What is neither is left to sharp, which knows more kinds of images than their names tell. */
export async function kindByContent(path: string): Promise<Kind> {
  const file: FileHandle | null = await open(path).catch(() => null);
  const start = Buffer.alloc(8);
  await file?.read(start, 0, start.length, 0).catch(() => {});
  await file?.close();
  if (isNpy(start)) return 'npy';
  if (start.toString('latin1', 0, 4) === 'PK\x03\x04') return 'npz';
  return isIdx(start) || start.readUInt16BE() === 0x1f8b ? 'idx' : 'images';
}
