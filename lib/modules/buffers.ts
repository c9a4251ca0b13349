import { ArgumentError } from '../errors';
import { optional } from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { Parameter } from '../tensor/parameter';
import { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { checkFieldName } from './fields';

export interface RegisterBufferOptions {
  /** Whether the buffer goes into the state dict; true unless told. */
  persistent?: boolean | undefined;
}

/** Which fields of a module are buffers. */
export class Buffers {
  // Names alone, and whether the state dict has them: the tensors are in fields.
  readonly #persistent = new Map<string, boolean>();

  register(
    module: object,
    name: string,
    tensor: TensorLike | null,
    options: RegisterBufferOptions,
  ): Tensor | null {
    const caller = module.constructor.name;
    checkOptions(caller, options, ['persistent']);
    const { persistent = true } = options;
    checkBoolean(caller, 'persistent', persistent);
    if (typeof name !== 'string') {
      throw new ArgumentError(`${caller}: buffer name should be a string, got ${nameOf(name)}`);
    }
    checkFieldName(caller, name);
    if (!this.#persistent.has(name) && Reflect.get(module, name) !== undefined) {
      throw new ArgumentError(`${caller}: attribute '${name}' already exists, name it otherwise`);
    }
    const buffer = optional(tensor, `buffer '${name}'`, caller);
    if (buffer !== null) checkBuffer(caller, name, buffer);
    (module as Record<string, unknown>)[name] = buffer;
    this.#persistent.set(name, persistent);
    return buffer;
  }

  /** The buffers in the fields of a module, absent ones left out. */
  in(module: object): [name: string, buffer: Tensor][] {
    const found: [string, Tensor][] = [];
    for (const name of this.#persistent.keys()) {
      const buffer: unknown = Reflect.get(module, name);
      if (buffer === null || buffer === undefined) continue;
      checkBuffer(module.constructor.name, name, buffer);
      found.push([name, buffer]);
    }
    return found;
  }

  /** Makes all that are registered in another one registered here too. */
  takeFrom(other: Buffers): void {
    for (const [name, persistent] of other.#persistent) this.#persistent.set(name, persistent);
  }

  /** Whether the state dict has it, as it has what was never registered here. */
  isPersistent(name: string): boolean {
    return this.#persistent.get(name) !== false;
  }
}

function checkBuffer(caller: string, name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor && !(value instanceof Parameter)) return;
  const got = value instanceof Parameter ? 'a Parameter' : nameOf(value);
  throw new ArgumentError(
    `${caller}: cannot assign ${got} to buffer '${name}' (a plain Tensor or null is required)`,
  );
}
