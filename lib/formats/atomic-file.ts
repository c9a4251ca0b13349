import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { threadId } from 'node:worker_threads';
import { aboutPath } from './file-error';

/** One call of the system takes less than 2 GB. */
const most = 2 ** 30;

/** A file that appears under its name once it is whole; until then what was there stays. */
export class AtomicFile {
  readonly #name: string;
  readonly #path: string;
  /** Null where there is no ordinary file, which can be replaced, but a device to write to. */
  #temporary: string | null;
  #descriptor: number | null;

  /** @throws FileError, as all that it does, where the system refuses */
  constructor(name: string) {
    this.#name = name;
    [this.#path, this.#temporary, this.#descriptor] = this.#attempt(() => open(name));
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
    if (descriptor !== null) closeSync(descriptor);
  }

  #attempt<T>(action: () => T): T {
    return aboutPath('write', this.#name, action);
  }
}

function open(name: string): [path: string, temporary: string | null, descriptor: number] {
  const there = statSync(name, { throwIfNoEntry: false });
  // Not by its real path, which a pipe behind /dev/stdout does not have.
  if (there !== undefined && !there.isFile()) return [name, null, openSync(name, 'w')];
  const path = there === undefined ? name : realpathSync(name);
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  // What a crash has left, or somebody has put there, is not written to.
  rmSync(temporary, { force: true });
  return [path, temporary, openSync(temporary, 'wx', there?.mode)];
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
