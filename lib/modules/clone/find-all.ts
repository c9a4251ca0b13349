import { types } from 'node:util';
import { ArgumentError } from '../../errors';
import { requireMemory } from '../../tensor/memory';
import { nameOf } from '../../tensor/name-of';
import { Tensor } from '../../tensor/tensor';
import { Module, moduleParts } from '../module';
import { isKnown } from '../share/kinds';
import { hasOwnClone } from './own-clone';
import { isTied, privateNames } from './private-names';

/** What has to be copied with a module. */
export interface Found {
  /** The module itself, and all inside. */
  readonly modules: ReadonlySet<Module>;
  /** The memory of tensors, and other arrays in fields. */
  readonly arrays: ReadonlySet<ArrayBufferView>;
}

/** @throws ArgumentError where something cannot be copied, which it names by its path */
export function findAll(caller: string, root: Module): Found {
  const seen = new Set<object>();
  const modules = new Set<Module>();
  const arrays = new Set<ArrayBufferView>();

  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'function') checkFunction(caller, value, path);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Module) visitModule(value, path);
    else if (value instanceof Tensor) visitTensor(value, path);
    else if (ArrayBuffer.isView(value)) arrays.add(value);
    else if (types.isMap(value)) visitAll([...value.keys(), ...value.values()], value, path);
    else if (types.isSet(value)) visitAll([...value], value, path);
    else if (!isLeaf(value)) {
      checkClasses(caller, Object.getPrototypeOf(value), path);
      visitFields(value, path);
    }
  };

  const visitModule = (module: Module, path: string) => {
    modules.add(module);
    if (module !== root && hasOwnClone(module)) return;
    checkClasses(caller, Object.getPrototypeOf(module), path);
    for (const [name, tensor] of moduleParts.tensors(module)) visitTensor(tensor, join(path, name));
    visitFields(module, path);
    for (const [name, child] of moduleParts.modules(module)) visit(child, join(path, name));
  };

  const visitTensor = ({ data, size }: Tensor, path: string) => {
    requireMemory(caller, path, data, size);
    arrays.add(data);
  };

  const visitAll = (values: readonly unknown[], collection: object, path: string) => {
    checkClasses(caller, Object.getPrototypeOf(collection), path);
    for (const value of values) visit(value, path);
  };

  const visitFields = (object: object, path: string) => {
    for (const key of Reflect.ownKeys(object)) {
      const { value } = Object.getOwnPropertyDescriptor(object, key) ?? {};
      visit(value, join(path, String(key)));
    }
  };

  visit(root, '');
  return { modules, arrays };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Whether it is copied as a whole, or need not be. */
function isLeaf(value: object): boolean {
  const isBuiltIn =
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isAnyArrayBuffer(value);
  return isBuiltIn || typeof (value as { clone?: unknown }).clone === 'function';
}

function checkFunction(caller: string, fn: { readonly name: string }, path: string): void {
  if (!isTied(fn)) return;
  throw new ArgumentError(
    `${caller}: ${path} is a function that is tied to the module it was made in, so that a copy would ` +
      'use that one: make it a method, or override clone()',
  );
}

/** Built-in classes whose objects are their fields, or that are copied one by one. */
const copied = new Set(['Object', 'Array', 'Map', 'Set']);

/** Refuses what has parts that nobody else can reach; this library's own classes copy theirs. */
function checkClasses(caller: string, first: object | null, path: string): void {
  for (let prototype = first; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (isKnown(prototype) || prototype === Module.prototype) return;
    const Class: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof Class !== 'function') continue;
    const where = path === '' ? '' : `${path}: `;
    const instead = 'override clone() in a class that knows how';
    if (/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(Class))) {
      if (copied.has(Class.name)) continue;
      throw new ArgumentError(`${caller}: ${where}cannot copy ${nameOf(prototype)}: ${instead}`);
    }
    const names = privateNames(Class);
    if (names.length === 0) continue;
    throw new ArgumentError(
      `${caller}: ${where}cannot copy the private ${names.join(', ')} of ${Class.name}: ${instead}, ` +
        'such as by a new module that loads the stateDict() of this one',
    );
  }
}
