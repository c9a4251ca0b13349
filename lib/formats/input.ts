import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { aboutPath } from './file-error';
import { FormatError } from './format-error';

/** Bytes that are read from the first to the last. */
export interface Input {
  /** How many are left. */
  readonly left: number;
  /**
   * Fills `target` with the next ones.
   *
   * @throws FormatError where there are fewer
   */
  read(target: Uint8Array): void;
}

/** Bytes that can be read in several places. */
export interface InputFile {
  readonly size: number;
  /** `length` bytes from `position` on; all that there are unless told. */
  from(position: number, length?: number): Input;
}

/** One call of the system takes less than 2 GB. */
const most = 2 ** 30;

/** The bytes of a file from a position on. */
class FileInput implements Input {
  readonly #descriptor: number;
  readonly #end: number;
  #position: number;

  constructor(descriptor: number, position: number, end: number) {
    this.#descriptor = descriptor;
    this.#position = position;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#position;
  }

  read(target: Uint8Array): void {
    if (target.length > this.left) throw cutOff();
    for (let filled = 0; filled < target.length; ) {
      const length = Math.min(target.length - filled, most);
      const read = readSync(this.#descriptor, target, filled, length, this.#position);
      if (read === 0) throw cutOff();
      filled += read;
      this.#position += read;
    }
  }
}

/** Bytes in memory. */
export class BytesInput implements Input {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#position;
  }

  read(target: Uint8Array): void {
    if (target.length > this.left) throw cutOff();
    target.set(this.#bytes.subarray(this.#position, this.#position + target.length));
    this.#position += target.length;
  }
}

/**
 * What `read` makes of a file, which is closed again.
 *
 * @throws FileError where the system refuses; FormatError, which names the file, where `read` does
 */
export function readFile<T>(path: string, read: (file: InputFile) => T): T {
  return aboutPath('read', path, () => {
    // Opening a pipe waits for its other end unless told otherwise.
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return aboutInput(path, () => {
        const stats = fstatSync(descriptor);
        if (!stats.isFile()) {
          const kind = stats.isDirectory() ? 'a folder' : 'a pipe or a device';
          throw new FormatError(`is no file but ${kind}`);
        }
        const { size } = stats;
        return read({
          size,
          from: (position, length = size - position) =>
            new FileInput(descriptor, position, position + length),
        });
      });
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * What `read` makes of the bytes of a file that are in memory already.
 *
 * @throws FormatError where `read` does
 */
export function readBytes<T>(bytes: Uint8Array, read: (file: InputFile) => T): T {
  const size = bytes.length;
  return aboutInput(`the ${size} bytes given`, () =>
    read({
      size,
      from: (position, length = size - position) =>
        new BytesInput(bytes.subarray(position, position + length)),
    }),
  );
}

/** What `action` returns; its FormatErrors say what they are about. */
function aboutInput<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${name}: ${error.message}`, { cause: error.cause });
  }
}

function cutOff(): FormatError {
  return new FormatError('cut off: it ends before its last element');
}
