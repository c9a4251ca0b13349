// https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf, page 31.
const extraSamples = 338;
const [associatedAlpha, unassociatedAlpha] = [1, 2];

/**
 * Whether a TIFF says of the band after its colours that it is alpha. A decoder does not tell, and
 * it may be near infrared as well.
 */
export function hasAlphaBand(file: Buffer): boolean {
  const sample = firstShort(file, extraSamples);
  return sample === associatedAlpha || sample === unassociatedAlpha;
}

/** The first number of an entry of the first directory; null where there is none. */
function firstShort(file: Buffer, tag: number): number | null {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const isLittle = file.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => view.getUint16(at, isLittle);
  const u32 = (at: number) => view.getUint32(at, isLittle);
  const u64 = (at: number) => Number(view.getBigUint64(at, isLittle));
  try {
    // BigTIFF, of version 43, has offsets and counts of 8 bytes.
    const isBig = u16(2) === 43;
    const [size, word] = isBig ? [8, u64] : [4, u32];
    const directory = word(size);
    const [entries, first] = isBig
      ? [u64(directory), directory + 8]
      : [u16(directory), directory + 2];
    for (let i = 0; i < entries; i++) {
      const entry = first + i * (4 + 2 * size);
      if (u16(entry) !== tag) continue;
      const value = entry + 4 + size;
      return u16(word(entry + 4) * 2 <= size ? value : word(value));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // it ends before that
  }
  return null;
}
