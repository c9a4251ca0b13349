import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { aboutPath } from './file-error';
import { descriptorOf, followLinks } from './links';

/** One call of the system takes less than 2 GB. */
const most = 2 ** 30;

/** A file that appears under its name once it is whole; until then what was there stays. */
export class AtomicFile {
  readonly #name: string;
  readonly #path: string;
  /** Null where there is no ordinary file, which can be replaced, but a device to write to. */
  #temporary: string | null;
  #descriptor: number | null;
  /** Whether the descriptor was open before, and is to stay so. */
  readonly #isLent: boolean;

  /** @throws FileError, as all that it does, where the system refuses */
  constructor(name: string) {
    this.#name = name;
    const { path, temporary, descriptor, isLent } = this.#attempt(() => open(name));
    this.#path = path;
    this.#temporary = temporary;
    this.#descriptor = descriptor;
    this.#isLent = isLent;
  }

  write(bytes: Uint8Array): void {
    this.#attempt(() => {
      for (let written = 0; written < bytes.length; ) {
        const length = Math.min(bytes.length - written, most);
        written += writeSync(this.#descriptor as number, bytes, written, length);
      }
    });
  }

  commit(): void {
    this.#attempt(() => {
      if (this.#temporary !== null) {
        keepMode(this.#descriptor as number, this.#path);
        fsyncSync(this.#descriptor as number);
      }
      this.#close();
      if (this.#temporary !== null) renameSync(this.#temporary, this.#path);
      this.#temporary = null;
    });
  }

  /** Leaves what was there; does nothing after `commit`. */
  abandon(): void {
    this.#close();
    if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
    this.#temporary = null;
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    if (descriptor !== null && !this.#isLent) closeSync(descriptor);
  }

  #attempt<T>(action: () => T): T {
    return aboutPath('write', this.#name, action);
  }
}

interface Opened {
  readonly path: string;
  readonly temporary: string | null;
  readonly descriptor: number;
  readonly isLent: boolean;
}

function open(name: string): Opened {
  const there = statSync(name, { throwIfNoEntry: false });
  // Not by its real path, which a pipe behind /dev/stdout does not have.
  if (there !== undefined && !there.isFile()) {
    return { path: name, temporary: null, descriptor: openSync(name, 'w'), isLent: false };
  }
  const path = followLinks(name);
  // What others write to the file through the same descriptor stays in it, before and after.
  const lent = there === undefined ? null : descriptorOf(path);
  if (lent !== null) return { path, temporary: null, descriptor: lent, isLent: true };
  // No other process or machine makes the same name, and nothing that is called so is touched.
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const descriptor = openSync(temporary, 'wx', there?.mode);
  return { path, temporary, descriptor, isLent: false };
}

/** The mode of the file that is replaced, of which the umask has taken something. */
function keepMode(descriptor: number, replaced: string): void {
  const there = statSync(replaced, { throwIfNoEntry: false });
  if (there !== undefined && there.mode !== fstatSync(descriptor).mode) {
    fchmodSync(descriptor, there.mode);
  }
}

/** Writes the file whole, or leaves what was there. */
export function writeAtomically(name: string, chunks: Iterable<Uint8Array>): void {
  const file = new AtomicFile(name);
  try {
    for (const chunk of chunks) file.write(chunk);
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
