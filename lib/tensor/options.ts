import { checkOptions } from '../options';
import { checkDType, type DType } from './dtype';
import type { MemoryFormat } from './memory-format';

/** Element type and memory format of a tensor. */
export interface TensorOptions<D extends DType = DType> {
  /** Default `'float32'`. */
  readonly dtype?: D | undefined;
  /** Default `'contiguous'`. */
  readonly memoryFormat?: MemoryFormat | undefined;
}

const optionNames = ['dtype', 'memoryFormat'];

/**
 * `options`, each read once, after a check of their names and of the dtype; the memory format needs
 * a shape to be checked. `name` is what errors call the function they were given to.
 *
 * @internal
 */
export function readOptions(options: unknown, name: string): TensorOptions {
  checkOptions(name, options, optionNames);
  const { dtype, memoryFormat } = options as TensorOptions;
  return { dtype: dtype === undefined ? dtype : checkDType(dtype, name), memoryFormat };
}
