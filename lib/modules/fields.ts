import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** The fields of a module that hold a `Class`, in the order in which they were set. */
export function fieldsOf<T>(
  module: object,
  Class: abstract new (...args: never[]) => T,
): [name: string, value: T][] {
  const found: [string, T][] = [];
  for (const [name, value] of Object.entries(module)) {
    if (!(value instanceof Class)) continue;
    checkFieldName(module.constructor.name, name);
    found.push([name, value]);
  }
  return found;
}

/** Refuses a name that the keys of a state dict could not hold. */
export function checkFieldName(caller: string, name: string): void {
  if (name !== '' && !name.includes('.')) return;
  throw new ArgumentError(
    `${caller}: a name in the state can't be empty or contain ".", got ${nameOf(name)}`,
  );
}
