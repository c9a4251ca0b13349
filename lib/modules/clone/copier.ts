import { types } from 'node:util';
import { Parameter } from '../../tensor/parameter';
import { Tensor } from '../../tensor/tensor';
import { CopiedMemory } from './memory';

/** Copies objects by their fields; of what is there twice there is one copy. */
export class Copier {
  readonly #copies = new Map<object, object>();
  readonly #memory: CopiedMemory;

  /** @param arrays All arrays that will be copied. */
  constructor(arrays: Iterable<ArrayBufferView>) {
    this.#memory = new CopiedMemory(arrays);
  }

  /** Says that a copy is there already. */
  add(source: object, copy: object): void {
    this.#copies.set(source, copy);
  }

  addTensor(source: Tensor, copy: Tensor): void {
    this.add(source, copy);
    this.#memory.add(source.data, copy.data);
  }

  copyOf<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#copies.get(value);
    if (known !== undefined) return known as T;
    return this.#copy(value) as T;
  }

  /** Gives `copy` all fields of `source`, and no others. */
  copyFields(source: object, copy: object): void {
    const keys = Reflect.ownKeys(source);
    const surplus = new Set(Reflect.ownKeys(copy));
    for (const key of keys) {
      surplus.delete(key);
      const field = Object.getOwnPropertyDescriptor(source, key) as PropertyDescriptor;
      if ('value' in field) field.value = this.copyOf(field.value);
      Object.defineProperty(copy, key, field);
    }
    for (const key of surplus) Reflect.deleteProperty(copy, key);
    if (Object.isFrozen(source)) Object.freeze(copy);
    else if (Object.isSealed(source)) Object.seal(copy);
    else if (!Object.isExtensible(source)) Object.preventExtensions(copy);
  }

  #copy(source: object): object {
    if (source instanceof Tensor) return this.#copyTensor(source);
    if (ArrayBuffer.isView(source)) return this.#memory.copyOf(source);
    if (types.isAnyArrayBuffer(source)) return this.#note(source, source.slice(0));
    if (types.isNativeError(source)) return source;
    if (types.isDate(source)) return this.#note(source, new Date(source));
    if (types.isRegExp(source)) return this.#note(source, new RegExp(source));
    if (types.isMap(source)) return this.#copyMap(source);
    if (types.isSet(source)) return this.#copySet(source);
    const { clone } = source as { clone?: unknown };
    if (typeof clone === 'function') return this.#note(source, clone.call(source));
    const copy = Array.isArray(source) ? Array(source.length) : {};
    const prototype: object | null = Object.getPrototypeOf(source);
    if (Object.getPrototypeOf(copy) !== prototype) Object.setPrototypeOf(copy, prototype);
    this.#note(source, copy);
    this.copyFields(source, copy);
    return copy;
  }

  #note<T extends object>(source: object, copy: T): T {
    this.#copies.set(source, copy);
    return copy;
  }

  /** Without its gradient, as PyTorch copies parameters. */
  #copyTensor(source: Tensor): Tensor {
    const { shape, memoryFormat } = source;
    const tensor = new Tensor(this.#memory.copyOf(source.data), shape, memoryFormat);
    const copy = source instanceof Parameter ? new Parameter(tensor, source.requiresGrad) : tensor;
    return this.#note(source, copy);
  }

  #copyMap(source: ReadonlyMap<unknown, unknown>): object {
    const copy = this.#note(source, new Map());
    for (const [key, value] of source) copy.set(this.copyOf(key), this.copyOf(value));
    return copy;
  }

  #copySet(source: ReadonlySet<unknown>): object {
    const copy = this.#note(source, new Set());
    for (const value of source) copy.add(this.copyOf(value));
    return copy;
  }
}
