import { AsyncLocalStorage } from 'node:async_hooks';
import type { Module } from '../module';

/** What a call changes in its module once it is done. */
export interface Commit {
  /** Throws where that cannot be; then nothing changes. */
  check(): void;
  /** `isLatest` where no call that was made later has been there. */
  apply(isLatest: boolean): void;
}

/** The changes of all calls inside a net, which are made together once the whole is done. */
export class Transaction {
  readonly #modes: ReadonlyMap<Module, boolean>;
  readonly #commits: (() => Commit | null)[] = [];
  #isOpen = true;

  /** @param modules What the net has turns on; their modes count as they are now. */
  constructor(modules: readonly Module[]) {
    this.#modes = new Map(modules.map((module) => [module, module.training]));
    openTransactions++;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the net has the turn on a module. */
  holds(module: Module): boolean {
    return this.#modes.has(module);
  }

  /** Whether a module was in training mode when the net was called. */
  modeOf(module: Module): boolean {
    return this.#modes.get(module) ?? module.training;
  }

  /** Keeps a place for a call's changes, in the order of calls; gives what puts them there. */
  reserve(): (commit: Commit) => void {
    let reserved: Commit | null = null;
    this.#commits.push(() => reserved);
    return (commit) => {
      reserved = commit;
    };
  }

  /** Makes all changes or, where one cannot be made, none. */
  commit(): void {
    const commits = this.#commits.map((commit) => commit()).filter((commit) => commit !== null);
    for (const commit of commits) commit.check();
    for (const commit of commits) commit.apply(true);
  }

  close(): void {
    this.#isOpen = false;
    openTransactions--;
    // Its hooks would slow down all promises of the process.
    if (openTransactions === 0) usersCode.disable();
  }
}

// Node.js 20 follows promises for it: only while a net has a layer of the user's at work.
const usersCode = new AsyncLocalStorage<Transaction>();
let openTransactions = 0;

/** Calls a layer of the user's, whose own layers are to leave their changes to the net. */
export function inUsersCode<Result>(transaction: Transaction, call: () => Result): Result {
  return usersCode.run(transaction, call);
}

/** The net that the running code is inside; null for none. */
export function currentTransaction(): Transaction | null {
  if (openTransactions === 0) return null;
  const transaction = usersCode.getStore();
  return transaction?.isOpen ? transaction : null;
}
