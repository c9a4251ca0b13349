import { basename, extname } from 'node:path';

/** What systems leave beside the files of their users, such as `._cat.jpg`, which is no image. */
const ofSystem = /^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

export function isOfSystem(path: string): boolean {
  return ofSystem.test(basename(path));
}

/** How many files were not looked at for their names, by how these end. */
export class PassedOver {
  readonly #counts = new Map<string, number>();

  add(path: string): void {
    const ending = extname(path).toLowerCase();
    this.#counts.set(ending, (this.#counts.get(ending) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The most frequent first; '' is for no ending. */
  get counts(): Record<string, number> {
    return Object.fromEntries(
      [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
    );
  }

  toString(): string {
    const kinds = Object.entries(this.counts).map(
      ([ending, count]) => `${count} ${ending === '' ? 'without an ending' : ending}`,
    );
    return kinds.join(', ');
  }
}
