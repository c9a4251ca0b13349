import { ArgumentError } from '../errors';
import { checkDType, type DType } from './dtype';
import type { MemoryFormat } from './memory-format';
import { nameOf } from './name-of';

/** Element type and memory format of a tensor. */
export interface TensorOptions {
  /** Default `'float32'`. */
  readonly dtype?: DType | undefined;
  /** Default `'contiguous'`. */
  readonly memoryFormat?: MemoryFormat | undefined;
}

/**
 * `options` once its keys and its dtype are found valid; the memory format needs a shape to be
 * checked. `name` is what errors call the function they were given to.
 *
 * @internal
 */
export function checkOptions(options: unknown, name: string): TensorOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(
      `${name}: options must be an object { dtype, memoryFormat }, got ${nameOf(options)}`,
    );
  }
  const { dtype, memoryFormat, ...unknown } = options as TensorOptions;
  const [key] = Object.keys(unknown);
  if (key !== undefined) {
    throw new ArgumentError(`${name}: unknown option '${key}', known are dtype and memoryFormat`);
  }
  return { dtype: dtype === undefined ? dtype : checkDType(dtype, name), memoryFormat };
}
