import { type FileKind, kindBytes, kindOf } from './file-kind';
import { FormatError } from './format-error';
import type { InputFile } from './input';

/**
 * Says what a file is where it is known to be of no `expected` format; returns the one that it is,
 * the first where that is not known.
 */
export function checkFormat<Format extends NonNullable<FileKind['format']>>(
  file: InputFile,
  ...expected: readonly [Format, ...Format[]]
): Format {
  const start = Buffer.alloc(Math.min(file.size, kindBytes));
  file.from(0).read(start);
  const kind = kindOf(start);
  if (kind === null) return expected[0];
  const format = expected.find((known) => known === kind.format);
  if (format !== undefined) return format;
  throw new FormatError(`not a ${expected[0]} file but ${kind.name}`);
}
