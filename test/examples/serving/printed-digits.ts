import sharp from 'sharp';

/** A digit in print. */
export interface PrintedDigit {
  readonly digit: number;
  readonly png: Buffer;
}

const families = ['sans-serif', 'serif', 'monospace'];
const weights = ['normal', 'bold'];
const styles = ['normal', 'italic'];
/** Where it is on its paper, in pixels; y is that of the line it stands on. */
const places = [
  { width: 200, height: 160, size: 120, x: 60, y: 125 },
  { width: 300, height: 100, size: 40, x: 200, y: 60 },
];

/** All digits in the fonts of this machine, black on white, of two sizes in two places. */
export function printedDigits(): Promise<PrintedDigit[]> {
  const images: Promise<PrintedDigit>[] = [];
  for (const family of families) {
    for (const weight of weights) {
      for (const style of styles) {
        for (const place of places) {
          for (let digit = 0; digit < 10; digit++) {
            const font = `font-family="${family}" font-weight="${weight}" font-style="${style}"`;
            images.push(printed(digit, font, place));
          }
        }
      }
    }
  }
  return Promise.all(images);
}

async function printed(
  digit: number,
  font: string,
  { width, height, size, x, y }: (typeof places)[number],
): Promise<PrintedDigit> {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="${x}" y="${y}" font-size="${size}" ${font}>${digit}</text></svg>`;
  return { digit, png: await sharp(Buffer.from(svg)).png().toBuffer() };
}
