import { ArgumentError } from '../errors';
import { checkBoolean } from '../options';
import { nameOf } from '../tensor/name-of';
import { Parameter } from '../tensor/parameter';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { Buffers, type RegisterBufferOptions } from './buffers';
import { fieldsOf } from './fields';
import { refuseHidden } from './hidden-members';
import { reprModule } from './repr-module';
import { keysWithoutGrad, setWithoutGrad } from './share/grads';
import { makeHandle, readHandle, type SharedHandle } from './share/handle';
import { describeLayers, makeLayers } from './share/kinds';
import { attachState, shareState } from './share/state';
import {
  giveState,
  type LoadStateDictOptions,
  type LoadStateDictResult,
  loadState,
  type StateDict,
  type StateDictLike,
  type StateEntry,
} from './state-dict';
import type { AbsentEntry } from './state-dict-hints';
import { distinct, insideOut, outsideIn, paths, unlessInside } from './tree';

/** The modules directly inside, with their names; throws where a field hides some. */
export let childrenOf: (module: Module) => [name: string, child: Module][];

/** Puts another module in the place of one directly inside; whether it is there then. */
export let replaceChild: (parent: Module, name: string, child: Module) => boolean;

/**
 * What every layer and every net of layers has, as PyTorch's `nn.Module`: a mode, parameters,
 * buffers, modules inside, and a state dict of them all.
 *
 * Extend it and keep modules and parameters in fields: those are found by themselves, in the order
 * in which they were set, under the fields' names. A plain Tensor in a field is no part of the
 * state, {@link registerBuffer} makes it one. Modules go into a {@link ModuleList} or
 * {@link ModuleDict}: those in an array, a Map, a Set or an object are an error as soon as `train`,
 * `stateDict` or the like look for them. `#private` fields nobody else can see: what they hold is
 * never a part of the state, and keeps its mode. Names nest with dots: `head.0.weight`.
 *
 * @example
 * ```ts
 * class Net extends Module {
 *   bn = new BatchNorm1d(3);
 *   scale = new Parameter(ones([1]));
 *   seen = this.registerBuffer('seen', zeros([1]));
 *
 *   forward(x: Tensor): Tensor {
 *     return this.bn.forward(x);
 *   }
 * }
 *
 * const net = new Net().eval();
 * Object.keys(net.stateDict()); // ['scale', 'seen', 'bn.weight', 'bn.bias', ...]
 * ```
 */
export abstract class Module {
  /** Whether the module is in training mode; set it with {@link train} and {@link eval}. */
  training = true;

  readonly #buffers = new Buffers();

  static {
    childrenOf = (module) => {
      module.#refuseHidden();
      return module.ownModules();
    };
    replaceChild = (parent, name, child) => parent.replaceModule(name, child);
  }

  // JavaScript does not know that a class is abstract.
  constructor() {
    if (new.target === Module) {
      throw new ArgumentError('Module is abstract: make a BatchNorm1d, 2d or 3d, or extend it');
    }
  }

  /** The modules directly inside with their names, in their order. */
  protected ownModules(): [name: string, module: Module][] {
    return fieldsOf(this, Module);
  }

  /** Puts a module in the place of one of {@link ownModules}; whether it is there then. */
  protected replaceModule(name: string, module: Module): boolean {
    return Reflect.set(this, name, module) && Reflect.get(this, name) === module;
  }

  /** The modules directly inside as {@link toString} shows them. */
  protected reprInside(): [key: string, text: string][] {
    return this.ownModules().map(([key, child]) => [key, String(child)]);
  }

  /** The parameters of this module alone, absent ones left out. */
  protected ownParameters(): [name: string, parameter: Parameter][] {
    return fieldsOf(this, Parameter);
  }

  /** The buffers of this module alone, absent ones left out. */
  protected ownBuffers(): [name: string, buffer: Tensor][] {
    return this.#buffers.in(this);
  }

  /** What the state dict holds of this module alone, in PyTorch's order. */
  protected ownStateEntries(): StateEntry[] {
    const kept = this.ownBuffers().filter(([name]) => this.#buffers.isPersistent(name));
    return [...this.ownParameters(), ...kept].map(([key, tensor]) => ({ key, tensor }));
  }

  /** What the state dict would have more of this module alone, and the option that it takes for it. */
  protected absentState(): [key: string, option: string][] {
    return [];
  }

  /** Throws where parameters or buffers have no shape yet. */
  protected requireShapes(): void {}

  /** The arguments that {@link toString} shows; a line each where there are several. */
  protected extraRepr(): string {
    return '';
  }

  /**
   * Makes a tensor a part of the state that is not learned, and the field `name` of it. Setting
   * that field to another Tensor or to null changes the buffer.
   *
   * @param tensor The buffer itself, not a copy; null for one that is still absent.
   * @returns The buffer, for a field to be initialized with it.
   * @throws ArgumentError where the name is taken, empty or has a dot in it.
   *
   * @example
   * ```ts
   * class Centered extends Module {
   *   readonly center = this.registerBuffer('center', zeros([3]));
   * }
   * ```
   */
  registerBuffer(name: string, tensor: TensorLike, options?: RegisterBufferOptions): Tensor;
  registerBuffer(
    name: string,
    tensor: TensorLike | null,
    options?: RegisterBufferOptions,
  ): Tensor | null;
  registerBuffer(
    name: string,
    tensor: TensorLike | null,
    options: RegisterBufferOptions = {},
  ): Tensor | null {
    return this.#buffers.register(this, name, tensor, options);
  }

  /**
   * Sets training mode (or, with false, evaluation mode) for this module and all inside, by their
   * own `train`, and returns the module.
   *
   * @throws ArgumentError where `mode` is not a boolean, or a field holds modules in an array.
   */
  train(mode = true): this {
    checkBoolean(this.constructor.name, 'mode', mode);
    // Whatever is refused inside is refused before any mode is set.
    if (settingMode.size === 0) this.modules();
    this.training = mode;
    unlessInside(settingMode, this, () => {
      for (const child of this.children()) child.train(mode);
    });
    return this;
  }

  /** Sets evaluation mode and returns the module. */
  eval(): this {
    return this.train(false);
  }

  /** An array of the modules directly inside, each once. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** The modules directly inside with their names; one that is there twice comes once. */
  namedChildren(): [name: string, child: Module][] {
    return distinct(childrenOf(this));
  }

  /** An array of this module and all inside, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** This module (its name is '') and all inside, each once and before what is inside it. */
  namedModules(): [name: string, module: Module][] {
    return outsideIn<Module>(this, childrenOf).map(([prefix, module]) => [
      prefix.slice(0, -1),
      module,
    ]);
  }

  /**
   * Calls `fn` with each module, once, first with those inside, last with this one, and returns
   * this one. The modules are those that were there before the first call.
   *
   * @throws ArgumentError where `fn` is no function.
   */
  apply(fn: (module: Module) => void): this {
    if (typeof fn !== 'function') {
      const got = nameOf(fn);
      throw new ArgumentError(`${this.constructor.name}: fn should be a function, got ${got}`);
    }
    for (const module of insideOut<Module>(this, childrenOf)) fn(module);
    return this;
  }

  /** An array of all parameters, to hand to an optimizer. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * All parameters with PyTorch's names, in PyTorch's order, each once.
   *
   * @throws ArgumentError where a lazy layer has none yet.
   */
  namedParameters(): [name: string, parameter: Parameter][] {
    return this.#namedMembers((module) => module.ownParameters());
  }

  /** An array of all buffers. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /**
   * All tensors of the state that are not learned, with PyTorch's names, each once.
   *
   * @throws ArgumentError where a lazy layer has none yet.
   */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return this.#namedMembers((module) => module.ownBuffers());
  }

  #namedMembers<T>(membersOf: (module: Module) => [string, T][]): [string, T][] {
    const members = outsideIn<Module>(this, childrenOf).flatMap(([prefix, module]) => {
      module.requireShapes();
      return membersOf(module).map(([name, member]): [string, T] => [prefix + name, member]);
    });
    return distinct(members);
  }

  /**
   * Whether `backward` adds to the `grad` of each parameter of this module and of those inside:
   * `requiresGrad_(false)` freezes them, as for fine-tuning, but not the running statistics
   * (`eval()` and {@link freezeBatchNorm} do). Returns the module.
   *
   * @throws ArgumentError where `requiresGrad` is not a boolean, or a lazy layer has no parameters
   * yet. Then nothing was changed.
   *
   * @example
   * ```ts
   * net.requiresGrad_(false);
   * net.head.requiresGrad_();
   * const learned = net.parameters().filter(({ requiresGrad }) => requiresGrad);
   * ```
   */
  requiresGrad_(requiresGrad = true): this {
    checkBoolean(this.constructor.name, 'requiresGrad', requiresGrad);
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Drops the gradients of all parameters: `grad` is null again. */
  zeroGrad(): void {
    for (const module of this.modules()) {
      for (const [, parameter] of module.ownParameters()) parameter.grad = null;
    }
  }

  /**
   * The state with PyTorch's keys, in PyTorch's order. Its tensors share the modules' memory; a
   * module that is used twice is there under both names.
   *
   * @throws ArgumentError where that memory is gone, or a lazy layer has none yet.
   */
  stateDict(): StateDict {
    for (const module of this.modules()) module.requireShapes();
    return giveState(this.constructor.name, this.#stateEntries());
  }

  /**
   * Copies a state dict into the module and all inside, converting to their dtypes.
   *
   * @param dict Values by key: tensors or what stands for one; counters also as number or bigint.
   * @param options `strict: false` passes over missing and unexpected keys, with a process warning
   * where that leaves out statistics or a whole state; with `prefix` the module takes its part of a
   * larger net's dict, the keys that begin so.
   * @returns The keys that were missing and unexpected, both empty when strict.
   * @throws StateDictError that lists everything that does not fit; then nothing was changed.
   */
  loadStateDict(dict: StateDictLike, options: LoadStateDictOptions = {}): LoadStateDictResult {
    const entries = this.#stateEntries();
    return loadState(this.constructor.name, entries, dict, options, () => this.#absentState());
  }

  /**
   * Moves all parameters, buffers and counters of this module and of those inside into shared memory,
   * for other threads to use too; as PyTorch's `share_memory_`. The tensors stay the same objects,
   * but their `data` becomes another array: what shared memory with them before, as a state dict
   * that was given, does so no more. A `grad` is each thread's own.
   *
   * What one thread writes, by `loadStateDict` or in training, the others see without being told.
   * Nothing waits for anything: a pass that runs meanwhile may find a part of the new values, and
   * running statistics that several threads update at once lose some of the updates (each value is
   * one that some thread has written). Counts of batches lose none.
   *
   * @returns For {@link fromShared} and {@link useShared} in any thread of this process, by
   * `postMessage` or `workerData`. Called again it gives the same memory.
   * @throws ArgumentError where a lazy layer has no parameters yet, a tensor is frozen or its memory
   * is gone, or there is not as much memory. Then nothing was changed.
   *
   * @example
   * ```ts
   * const worker = new Worker(file, { workerData: net.share() });
   * ```
   */
  share(): SharedHandle {
    for (const module of this.modules()) module.requireShapes();
    const entries = this.#sharedEntries();
    return makeHandle({
      ...shareState(this.constructor.name, entries),
      withoutGrad: keysWithoutGrad(entries),
      layers: describeLayers(this, childrenOf),
    });
  }

  /**
   * The module that was shared, as a new one over the same memory: the same layers with the same
   * options and in the same mode. Call it on the class that the module is of, or that this extends.
   *
   * @throws ArgumentError where the handle is none, comes from another version, is of another class,
   * or of a class that is not this library's: make such a module and call {@link useShared}.
   *
   * @example
   * ```ts
   * const bn = BatchNorm2d.fromShared(workerData);
   * ```
   */
  static fromShared<Shared extends Module>(
    this: { readonly name: string; readonly prototype: Shared },
    handle: SharedHandle,
  ): Shared {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on decides
    const { name, prototype } = this;
    const caller = `${name}.fromShared`;
    const { layers, state, withoutGrad } = readHandle(caller, handle);
    const module = makeLayers(caller, layers);
    if (!Object.prototype.isPrototypeOf.call(prototype, module)) {
      throw new ArgumentError(`${caller}: the handle is of a ${module.constructor.name}`);
    }
    const entries = module.#sharedEntries();
    attachState(caller, entries, state);
    setWithoutGrad(entries, withoutGrad);
    return module as Shared;
  }

  /**
   * Puts this module over the memory of one that was shared and has the same structure, in place of
   * its own, and returns it. Parameters and buffers stay the same objects; modes and options stay
   * as they are.
   *
   * @throws ArgumentError where the handle is none, or comes from another version.
   * @throws StateDictError that lists everything that does not fit; then nothing was changed.
   *
   * @example
   * ```ts
   * const net = new Net().useShared(workerData).eval();
   * ```
   */
  useShared(handle: SharedHandle): this {
    const { name } = this.constructor;
    attachState(name, this.#sharedEntries(), readHandle(name, handle).state);
    return this;
  }

  /** A member in an array is refused, unless the module finds it elsewhere too. */
  #refuseHidden(): void {
    refuseHidden(this, isMember, () => {
      const inside = outsideIn<Module>(this, (module) => module.ownModules()).map(([, one]) => one);
      return [
        ...inside,
        ...inside.flatMap((module) => module.ownParameters()).map(([, own]) => own),
      ];
    });
  }

  #stateEntries(): StateEntry[] {
    return this.#entries((module) => module.ownStateEntries());
  }

  /** What the state dict holds, and the buffers that it leaves out. */
  #sharedEntries(): StateEntry[] {
    return this.#entries((module) => {
      const others = module.ownBuffers().filter(([name]) => !module.#buffers.isPersistent(name));
      return [
        ...module.ownStateEntries(),
        ...others.map(([key, tensor]): StateEntry => ({ key, tensor })),
      ];
    });
  }

  #entries(entriesOf: (module: Module) => StateEntry[]): StateEntry[] {
    return paths<Module>(this, childrenOf).flatMap(([prefix, module]) =>
      entriesOf(module).map((entry) => ({ ...entry, key: prefix + entry.key })),
    );
  }

  #absentState(): AbsentEntry[] {
    return paths<Module>(this, childrenOf).flatMap(([prefix, module]) => {
      const { name } = module.constructor;
      const layer = prefix === '' ? name : `${prefix.slice(0, -1)} (${name})`;
      return module.absentState().map(([key, option]) => ({ key: prefix + key, option, layer }));
    });
  }

  /** PyTorch's repr. */
  toString(): string {
    const { name } = this.constructor;
    const inside = unlessInside(showing, this, () => this.reprInside());
    return inside === undefined ? `${name}(...)` : reprModule(name, this.extraRepr(), inside);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

// A module may be inside itself, and its own train and toString call those of the modules inside.
const settingMode = new Set<Module>();
const showing = new Set<Module>();

function isMember(value: unknown): value is Module | Parameter {
  return value instanceof Module || value instanceof Parameter;
}
