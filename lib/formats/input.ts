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

/** A file that can be read in several places. */
export class InputFile {
  readonly size: number;
  readonly #descriptor: number;

  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.size = size;
  }

  /** `length` bytes from `position` on; all that there are unless told. */
  from(position: number, length = this.size - position): Input {
    return new FileInput(this.#descriptor, position, position + length);
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
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) {
        const kind = stats.isDirectory() ? 'a folder' : 'a pipe or a device';
        throw new FormatError(`is no file but ${kind}`);
      }
      return read(new InputFile(descriptor, stats.size));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new FormatError(`${path}: ${error.message}`, { cause: error.cause });
    } finally {
      closeSync(descriptor);
    }
  });
}

function cutOff(): FormatError {
  return new FormatError('cut off: it ends before its last element');
}
