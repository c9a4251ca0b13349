import { refuseAborted } from '../../async/signal';
import { inTurn } from '../../async/turns';
import type { Tensor } from '../../tensor/tensor';
import type { Module } from '../module';
import type { PassContext } from './pass-context';
import type { Commit, Transaction } from './transaction';

/** A pass that has run, and has changed nothing yet. */
export interface Done {
  readonly output: Tensor;
  /** Whether its memory was made for this call. */
  readonly isNew: boolean;
  readonly commit: Commit;
}

/**
 * Runs a pass of a module when it is its turn, and makes its changes once it is done, or leaves them
 * to the net that it is inside. Calls in training mode go one after the other.
 */
export function callModule(
  module: Module,
  training: boolean,
  context: PassContext | null,
  signal: AbortSignal | null,
  pass: () => Promise<Done>,
): Promise<Tensor> {
  const transaction = context?.transaction ?? null;
  const settle = placeFor(module, transaction);
  const things = transaction?.holds(module) ? nothing : new Set([module]);
  return inTurn(things, training, signal, async () => {
    const { output, isNew, commit } = await pass();
    refuseAborted(signal);
    if (context !== null) context.ownsOutput = isNew;
    settle(commit);
    return output;
  });
}

/** Leaves the changes of a synchronous pass, made by a user's code, to the net that it is inside. */
export function leaveToNet(
  module: Module,
  transaction: Transaction,
  { output, commit }: Done,
): Tensor {
  placeFor(module, transaction)(commit);
  return output;
}

const nothing: ReadonlySet<object> = new Set();

/** How many calls of a module were made, and which is the last that left something with it. */
interface Calls {
  made: number;
  latest: number;
}

const calls = new WeakMap<Module, Calls>();

/** The place of a call among those of the module, and of the net; gives what makes its changes. */
function placeFor(module: Module, transaction: Transaction | null): (commit: Commit) => void {
  const own = calls.get(module) ?? { made: 0, latest: 0 };
  calls.set(module, own);
  const number = ++own.made;
  const leave = transaction?.reserve() ?? commitNow;
  return (commit) => {
    leave({
      check: () => commit.check(),
      apply: () => {
        const isLatest = number > own.latest;
        if (isLatest) own.latest = number;
        commit.apply(isLatest);
      },
    });
  };
}

function commitNow(commit: Commit): void {
  commit.check();
  commit.apply(true);
}
