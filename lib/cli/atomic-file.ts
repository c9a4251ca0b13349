import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { CommandError, oneLine } from './command-error';

/** A file that appears under its name once it is whole; until then what was there stays. */
export class AtomicFile {
  readonly #name: string;
  readonly #path: string;
  /** Null where there is no ordinary file, which can be replaced, but a device to write to. */
  readonly #temporary: string | null;
  readonly #descriptor: number;

  constructor(name: string) {
    this.#name = name;
    [this.#path, this.#temporary, this.#descriptor] = this.#attempt(() => open(name));
  }

  write(bytes: Uint8Array): void {
    this.#attempt(() => {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#descriptor, bytes, written);
      }
    });
  }

  commit(): void {
    this.#attempt(() => {
      if (this.#temporary !== null) fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      if (this.#temporary !== null) renameSync(this.#temporary, this.#path);
    });
  }

  /** Leaves what was there. */
  abandon(): void {
    closeSync(this.#descriptor);
    if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new CommandError(`cannot write ${this.#name}: ${oneLine(error)}`);
    }
  }
}

function open(name: string): [path: string, temporary: string | null, descriptor: number] {
  const there = statSync(name, { throwIfNoEntry: false });
  // Not by its real path, which a pipe behind /dev/stdout does not have.
  if (there !== undefined && !there.isFile()) return [name, null, openSync(name, 'w')];
  const path = there === undefined ? name : realpathSync(name);
  const temporary = `${path}.${process.pid}.tmp`;
  return [path, temporary, openSync(temporary, 'w', there?.mode)];
}

export function writeAtomically(name: string, text: string): void {
  const file = new AtomicFile(name);
  try {
    file.write(Buffer.from(text));
  } catch (error) {
    file.abandon();
    throw error;
  }
  file.commit();
}
