import { readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { Module } from '../module';
import { contextOf, type PassContext } from './pass-context';

/** What holds for an asynchronous call of a module from the moment when it is made. */
export interface AsyncCall {
  /** The module's mode. */
  readonly training: boolean;
  /** null where the module is called by itself. */
  readonly context: PassContext | null;
  readonly signal: AbortSignal | null;
  /** Whether no other code can reach the memory of the input, or comes to see it again. */
  readonly ownsInput: boolean;
}

/** Checks the names of the options, which are `names`, and the signal. */
export function readCall(
  module: Module,
  name: string,
  options: { readonly signal?: AbortSignal | null | undefined },
  names: readonly string[],
): AsyncCall {
  checkOptions(name, options, names);
  const context = contextOf(options);
  const signal = readSignal(name, options.signal);
  return {
    training: context?.transaction.modeOf(module) ?? module.training,
    context,
    signal,
    ownsInput: context?.ownsInput ?? false,
  };
}
