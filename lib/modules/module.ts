import { ArgumentError } from '../errors';
import { checkBoolean } from '../options';
import { Parameter } from '../tensor/parameter';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { Buffers, type RegisterBufferOptions } from './buffers';
import { cloneModule } from './clone/clone-module';
import { fieldsOf } from './fields';
import { childrenOf, ModuleTree } from './module-tree';
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
import { distinct, outsideIn, paths } from './tree';

/** For this library alone. */
export let moduleParts: ModuleParts;

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
export abstract class Module extends ModuleTree {
  readonly #buffers = new Buffers();

  static {
    moduleParts = {
      make: (prototype, Class) =>
        prototype === Module.prototype ? Reflect.construct(Module, [], Class) : null,
      modules: (module) => module.ownModules(),
      tensors: (module) => [...module.ownParameters(), ...module.ownBuffers()],
      entries: (module) => module.#ownSharedEntries(),
      takeBuffers: (module, from) => module.#buffers.takeFrom(from.#buffers),
    };
  }

  // JavaScript does not know that a class is abstract.
  constructor() {
    super();
    if (new.target === Module) {
      throw new ArgumentError('Module is abstract: make a BatchNorm1d, 2d or 3d, or extend it');
    }
  }

  /** The parameters of this module alone, absent ones left out. */
  protected override ownParameters(): [name: string, parameter: Parameter][] {
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
   * A copy of this module and of all inside, with memory of its own: the same classes, options, modes,
   * state and fields, as `copy.deepcopy` in PyTorch. What is there twice, as a layer or a tied
   * parameter, is one thing in the copy too. Gradients are null, and what `forward` has kept for
   * `backward` is not copied; of a module in shared memory the copy is not. For averages of weights, the
   * best state so far, and teachers.
   *
   * Fields are copied with what they hold: tensors, arrays, plain objects, objects of classes. Where a
   * class has `#private` names, or a field holds an arrow function that uses `this`, nobody else can copy
   * it: override `clone`, which the module around it calls.
   *
   * @throws ArgumentError where something cannot be copied, which it names.
   *
   * @example
   * ```ts
   * const teacher = net.clone().eval();
   * ```
   */
  clone(): this {
    return cloneModule(this);
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

  #stateEntries(): StateEntry[] {
    return this.#entries((module) => module.ownStateEntries());
  }

  #sharedEntries(): StateEntry[] {
    return this.#entries((module) => module.#ownSharedEntries());
  }

  /** What the state dict holds of this module alone, and the buffers that it leaves out. */
  #ownSharedEntries(): StateEntry[] {
    const others = this.ownBuffers().filter(([name]) => !this.#buffers.isPersistent(name));
    return [
      ...this.ownStateEntries(),
      ...others.map(([key, tensor]): StateEntry => ({ key, tensor })),
    ];
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
}

/** What cloning needs of modules. */
interface ModuleParts {
  /** One of `Class` with what this class gives it; null where the prototype is not this class's. */
  make(prototype: object, Class: NewableFunction): Module | null;
  /** The modules directly inside. */
  modules(module: Module): [name: string, child: Module][];
  /** The parameters and buffers of the module alone. */
  tensors(module: Module): [name: string, tensor: Tensor][];
  /** The state of the module alone, with the buffers that its state dict leaves out. */
  entries(module: Module): StateEntry[];
  /** Makes the fields buffers that are such in another one. */
  takeBuffers(module: Module, from: Module): void;
}
