import { isTensorFlows } from './tensorflow';

/**
 * What an error message calls a value that was refused: a number or string itself, else its kind.
 *
 * @internal
 */
export function nameOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? `${value}n` : 'a bigint beyond 64 bits';
    case 'object':
      if (isTensorFlows(value)) return 'a tensor of TensorFlow.js';
      return value === null ? 'null' : Object.prototype.toString.call(value).slice(8, -1);
    case 'function':
      return 'a function';
    default:
      return String(value);
  }
}
