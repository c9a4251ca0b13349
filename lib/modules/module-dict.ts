import { ArgumentError } from '../errors';
import { iterate } from '../iterate';
import { nameOf } from '../tensor/name-of';
import { checkFieldName } from './fields';
import { missingForward, noForward } from './missing-forward';
import { Module } from './module';

/** Modules by name: an object, a Map or any iterable of pairs, or another ModuleDict. */
export type NamedModules<M extends Module> =
  | ModuleDict<M>
  | Iterable<readonly [name: string, module: M]>
  | Readonly<Record<string, M>>;

/**
 * Modules by name that their module's `train()`, `stateDict()` and `parameters()` see, as they do not
 * see those in a Map or an object. PyTorch's `nn.ModuleDict`: it keeps the order in which names were
 * first set, and iterates over the names. It has no `forward` of its own.
 *
 * @typeParam M What each of them is, for TypeScript.
 *
 * @example
 * ```ts
 * const norms = new ModuleDict({ batch: new BatchNorm1d(8), layer: new LayerNorm(8) });
 * norms.get('layer').forward(randn([4, 8]));
 * for (const name of norms) console.log(name); // batch, layer
 * Object.keys(norms.stateDict()); // ['batch.weight', ..., 'layer.weight', 'layer.bias']
 * ```
 */
export class ModuleDict<M extends Module = Module> extends Module {
  static override readonly name: string = 'ModuleDict';

  // Not in fields: JavaScript would put names like '1' before the others.
  readonly #modules = new Map<string, M>();

  /** @throws ArgumentError as {@link update}. */
  constructor(modules: NamedModules<M> = []) {
    super();
    this.update(modules);
  }

  /** The number of modules. */
  get size(): number {
    return this.#modules.size;
  }

  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /**
   * The module of a name.
   *
   * @throws ArgumentError where there is none; ask {@link has}.
   */
  get(name: string): M {
    const module = this.#modules.get(name);
    if (module !== undefined) return module;
    const names = [...this.keys()].map((key) => nameOf(key)).join(', ');
    throw new ArgumentError(
      `${this.constructor.name}: there is no module ${nameOf(name)}: ` +
        (names === '' ? 'it is empty' : `it has ${names}`),
    );
  }

  /**
   * Puts a module under a name, in place of the one that has it, and returns this one.
   *
   * @throws ArgumentError where the name is no string, empty, has a dot in it or is that of a field,
   * and where `module` is no Module or this one is inside it.
   */
  set(name: string, module: M): this {
    this.#check(name, module);
    this.#modules.set(name, module);
    return this;
  }

  /** Takes a module out; whether there was one. */
  delete(name: string): boolean {
    return this.#modules.delete(name);
  }

  /**
   * Takes a module out and returns it.
   *
   * @throws ArgumentError where there is none.
   */
  pop(name: string): M {
    const module = this.get(name);
    this.#modules.delete(name);
    return module;
  }

  /** Takes all modules out. */
  clear(): void {
    this.#modules.clear();
  }

  /**
   * Sets all of these, in their order, and returns this one.
   *
   * @throws ArgumentError where they are no such thing, or as {@link set}; then none was set.
   */
  update(modules: NamedModules<M>): this {
    const pairs = this.#pairsOf(modules);
    for (const [name, module] of pairs) this.#check(name, module);
    for (const [name, module] of pairs) this.#modules.set(name, module);
    return this;
  }

  /** The names, in their order. */
  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }

  /** The modules, in the order of their names. */
  values(): IterableIterator<M> {
    return this.#modules.values();
  }

  /** Pairs of name and module. */
  items(): IterableIterator<[name: string, module: M]> {
    return this.#modules.entries();
  }

  /** The names, as in PyTorch; {@link items} are the pairs. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys();
  }

  /**
   * Refused, as by PyTorch: call a module inside.
   *
   * @throws ArgumentError always.
   */
  forward(..._: never[]): unknown {
    throw missingForward(this.constructor.name);
  }

  protected override ownModules(): [name: string, module: Module][] {
    return [...this.#modules, ...super.ownModules()];
  }

  protected override replaceModule(name: string, module: Module): boolean {
    if (!this.#modules.has(name)) return super.replaceModule(name, module);
    this.#modules.set(name, module as M);
    return true;
  }

  #pairsOf(modules: NamedModules<M>): [string, M][] {
    const { name } = this.constructor;
    if (modules instanceof ModuleDict) return [...modules.items()];
    const isObject = typeof modules === 'object' && modules !== null;
    const isPairs = isObject && Symbol.iterator in modules;
    const pairs = isPairs ? iterate<unknown>(modules) : null;
    if (!isObject || modules instanceof Module || (isPairs && pairs === null)) {
      throw new ArgumentError(
        `${name}: ${name}.update should be called with an object of modules or an iterable of ` +
          `key/value pairs, got ${nameOf(modules)}`,
      );
    }
    if (pairs === null) return Object.entries(modules);
    return Array.from(pairs, (pair, i) => {
      if (Array.isArray(pair) && pair.length === 2) return pair as [string, M];
      throw new ArgumentError(
        `${name}: element ${i} should be a pair [name, module], got ${nameOf(pair)}`,
      );
    });
  }

  #check(name: unknown, module: unknown): void {
    const caller = this.constructor.name;
    if (typeof name !== 'string') {
      throw new ArgumentError(`${caller}: module name should be a string, got ${nameOf(name)}`);
    }
    checkFieldName(caller, name);
    if (Object.hasOwn(this, name)) {
      throw new ArgumentError(`${caller}: attribute '${name}' already exists, name it otherwise`);
    }
    if (!(module instanceof Module)) {
      throw new ArgumentError(`${caller}: expected a Module as '${name}', got ${nameOf(module)}`);
    }
    if (module.modules().includes(this)) {
      throw new ArgumentError(`${caller}: it can't be a module of itself`);
    }
  }
}

// Not in the class: as compiled, it would not know its own name there.
noForward(ModuleDict);
