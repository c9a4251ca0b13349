import { ArgumentError } from '../errors';
import { iterate } from '../iterate';
import { nameOf } from '../tensor/name-of';
import { Module } from './module';

/** What Sequential and ModuleList share: modules under the names '0', '1', ... */
export abstract class IndexedModules<M extends Module> extends Module {
  /** A module by its place, from 0 on; see {@link at}. */
  [index: number]: M;

  // Where one of these is deleted there is a gap, which is refused rather than passed over.
  #appended = 0;

  /** The number of modules; as an array's it grows where one is set behind the last one. */
  get length(): number {
    const last = Object.keys(this)
      .filter((name) => isIndex.test(name))
      .at(-1);
    return last === undefined ? this.#appended : Math.max(this.#appended, Number(last) + 1);
  }

  /**
   * Adds a module at the end, and returns this one.
   *
   * @throws ArgumentError where it is no Module, or this one is inside it.
   */
  append(module: M): this {
    this.#check(module);
    const { length } = this;
    this[length] = module;
    this.#appended = length + 1;
    return this;
  }

  /**
   * Adds modules at the end, and returns this one.
   *
   * @throws ArgumentError as {@link append}; then none was added.
   */
  extend(modules: Iterable<M>): this {
    const { name } = this.constructor;
    const iterable = typeof modules === 'string' ? null : iterate<M>(modules);
    if (iterable === null) {
      const got =
        modules instanceof Module
          ? `${modules.constructor.name}: an array of modules is one, [a, b]`
          : nameOf(modules);
      throw new ArgumentError(
        `${name}: ${name}.extend should be called with an iterable, got ${got}`,
      );
    }
    const added = [...iterable];
    for (const module of added) this.#check(module);
    for (const module of added) this.append(module);
    return this;
  }

  /**
   * Puts a module before the one at `index`; those behind it move one place on, in the state dict
   * too. -1 is before the last one, `length` at the end.
   *
   * @throws ArgumentError where there is no such place, or as {@link append}.
   */
  insert(index: number, module: M): this {
    const { length } = this;
    if (!Number.isInteger(index) || index < -length || index > length) {
      throw this.#outOfRange(index);
    }
    this.#check(module);
    const modules = [...this];
    modules.splice(index, 0, module);
    this.#set(modules);
    return this;
  }

  /**
   * Takes out the module at `index`, the last one unless told, and returns it; those behind it move
   * one place up.
   *
   * @throws ArgumentError where there is none.
   */
  pop(index = -1): M {
    const module = this.at(index);
    const modules = [...this];
    modules.splice(index, 1);
    this.#set(modules);
    return module;
  }

  /**
   * The module of an index; -1 is the last one.
   *
   * @throws ArgumentError where there is none.
   */
  at(index: number): M {
    const module = Number.isInteger(index)
      ? this[index < 0 ? index + this.length : index]
      : undefined;
    if (module !== undefined) return module;
    throw this.#outOfRange(index);
  }

  /** The modules in their order. */
  *[Symbol.iterator](): IterableIterator<M> {
    for (let i = 0; i < this.length; i++) yield this[i] as M;
  }

  #set(modules: readonly M[]): void {
    for (let i = this.length - 1; i >= modules.length; i--) delete this[i];
    for (const [i, module] of modules.entries()) this[i] = module;
    this.#appended = modules.length;
  }

  #check(module: unknown): void {
    const { name } = this.constructor;
    if (!(module instanceof Module)) {
      throw new ArgumentError(`${name}: expected a Module as layer, got ${nameOf(module)}`);
    }
    if (module.modules().includes(this)) {
      throw new ArgumentError(`${name}: it can't be a layer of itself`);
    }
  }

  #outOfRange(index: unknown): ArgumentError {
    return new ArgumentError(
      `${this.constructor.name}: index ${nameOf(index)} is out of range: it has ${this.length} ${this.length === 1 ? 'layer' : 'layers'}`,
    );
  }
}

// The fields whose names JavaScript sorts as numbers, before all others.
const isIndex = /^(0|[1-9]\d{0,8})$/;
