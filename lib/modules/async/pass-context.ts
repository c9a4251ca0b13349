import { currentTransaction, type Transaction } from './transaction';

/** How a layer is called that is inside a net. */
export interface PassContext {
  /** Takes what the layer changes. */
  readonly transaction: Transaction;
  /** Whether no other code can reach the memory of its input, or comes to see it again. */
  readonly ownsInput: boolean;
  /** The same of its output; the layer says so. */
  ownsOutput: boolean;
}

// By the options of one call: what is in no object cannot be passed on by a user's code.
const contexts = new WeakMap<object, PassContext>();

/** Options for a layer of this library, which finds the context by them. */
export function withContext<Options extends object>(
  options: Options,
  context: PassContext,
): Options {
  contexts.set(options, context);
  return options;
}

/** That of a call with these options; null where it is not inside a net. */
export function contextOf(options: object): PassContext | null {
  const given = contexts.get(options);
  if (given !== undefined) return given;
  const transaction = currentTransaction();
  return transaction === null ? null : { transaction, ownsInput: false, ownsOutput: false };
}
