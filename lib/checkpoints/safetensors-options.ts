import { ArgumentError } from '../errors';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';

export interface LoadSafetensorsOptions {
  /**
   * What the keys of the tensors to read begin with, all unless told. Others are passed over, and may
   * be of any dtype; shards that have no such tensor need not be there.
   */
  prefix?: string | undefined;
}

/** The prefix, '' where there is none. */
export function readPrefix(caller: string, options: LoadSafetensorsOptions): string {
  checkOptions(caller, options, ['prefix']);
  return checkPrefix(caller, options.prefix);
}

/** '' where it is left out. */
export function checkPrefix(caller: string, prefix: unknown = ''): string {
  if (typeof prefix === 'string') return prefix;
  throw new ArgumentError(`${caller}: prefix should be a string, got ${nameOf(prefix)}`);
}
