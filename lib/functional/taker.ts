/**
 * What is given the arguments of one of the addon's functions: that itself, which runs it at once,
 * or {@link listed}.
 */
export type Taker<Run extends (...args: never[]) => unknown, Result> = (
  ...args: Parameters<Run>
) => Result;

/** The arguments themselves, for the addon to run them off the event loop. */
export function listed<Args extends unknown[]>(...args: Args): Args {
  return args;
}
