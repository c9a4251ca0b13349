import { Module } from '../modules/module';
import { nameOf } from '../tensor/name-of';
import { Tensor } from '../tensor/tensor';

/** What an error message calls what stands in the place of another: a module, tensor or layer by its class. */
export function nameOfGiven(value: unknown): string {
  if (value instanceof Module) return `the module ${value.constructor.name}`;
  if (value instanceof Tensor) return 'a Tensor of batchnorm';
  const { getClassName } = (value ?? {}) as { getClassName?: unknown };
  if (typeof getClassName === 'function') return `a layer of class ${getClassName.call(value)}`;
  return nameOf(value);
}
