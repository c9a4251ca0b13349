import { ArgumentError } from '../errors';
import { checkBoolean } from '../options';
import { requireMemory } from '../tensor/memory';
import type { Parameter } from '../tensor/parameter';
import { sizeOf } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import {
  type LoadStateDictOptions,
  type LoadStateDictResult,
  loadState,
  type StateDict,
  type StateDictLike,
  type StateEntry,
} from './state-dict';

/** What every layer has: a mode, parameters, buffers and a state dict, as PyTorch's `nn.Module`. */
export abstract class Module {
  /** Whether the layer is in training mode; set it with {@link train} and {@link eval}. */
  training = true;

  // JavaScript does not know that a class is abstract.
  constructor() {
    if (new.target === Module) {
      throw new ArgumentError('Module is abstract: make a BatchNorm1d, 2d or 3d, or extend it');
    }
  }

  /** Parameters with PyTorch's names, in PyTorch's order, absent ones left out. */
  abstract namedParameters(): [name: string, parameter: Parameter][];

  /** Tensors of the state that are not learned, with PyTorch's names, absent ones left out. */
  abstract namedBuffers(): [name: string, buffer: Tensor][];

  /** The arguments that {@link toString} shows. */
  protected abstract extraRepr(): string;

  /** Everything that the state dict holds, in PyTorch's order. */
  protected stateEntries(): StateEntry[] {
    return [...this.namedParameters(), ...this.namedBuffers()].map(([key, tensor]) => ({
      key,
      tensor,
    }));
  }

  /**
   * Sets training mode (or, with false, evaluation mode) and returns the module.
   *
   * @throws ArgumentError where `mode` is not a boolean.
   */
  train(mode = true): this {
    checkBoolean(this.constructor.name, 'mode', mode);
    this.training = mode;
    return this;
  }

  /** Sets evaluation mode and returns the module. */
  eval(): this {
    return this.train(false);
  }

  /** An array of the parameters, to hand to an optimizer. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** An array of the buffers. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Drops the gradients of all parameters: `grad` is null again. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * The state with PyTorch's keys, in PyTorch's order. Its tensors share the module's memory.
   *
   * @throws ArgumentError where that memory is gone.
   */
  stateDict(): StateDict {
    const dict: StateDict = {};
    for (const entry of this.stateEntries()) {
      dict[entry.key] = 'tensor' in entry ? this.#view(entry) : entry.counter.value;
    }
    return dict;
  }

  #view({ key, tensor: { data, shape } }: { key: string; tensor: Tensor }): Tensor {
    requireMemory(this.constructor.name, key, data, sizeOf(shape));
    return new Tensor(data, shape);
  }

  /**
   * Copies a state dict into the module, converting to its dtype.
   *
   * @param dict Values by key: tensors or what stands for one; counters also as number or bigint.
   * @param options `strict: false` passes over missing and unexpected keys.
   * @returns The keys that were missing and unexpected, both empty when strict.
   * @throws StateDictError that lists everything that does not fit; then nothing was changed.
   */
  loadStateDict(dict: StateDictLike, options: LoadStateDictOptions = {}): LoadStateDictResult {
    return loadState(this.constructor.name, this.stateEntries(), dict, options);
  }

  /** PyTorch's repr. */
  toString(): string {
    return `${this.constructor.name}(${this.extraRepr()})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
