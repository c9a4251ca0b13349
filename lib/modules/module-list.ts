import { IndexedModules } from './indexed-modules';
import { missingForward, noForward } from './missing-forward';
import type { Module } from './module';

/**
 * Modules in a list that their module's `train()`, `stateDict()` and `parameters()` see, as they do
 * not see those in an array. PyTorch's `nn.ModuleList`: the names are '0', '1', ..., and `list[0]`
 * is the first. It has no `forward` of its own.
 *
 * @typeParam M What each of them is, for TypeScript.
 *
 * @example
 * ```ts
 * class Net extends Module {
 *   norms = new ModuleList([new LayerNorm(8), new LayerNorm(8)]);
 *
 *   forward(x: Tensor): Tensor {
 *     for (const norm of this.norms) x = norm.forward(x);
 *     return x;
 *   }
 * }
 *
 * Object.keys(new Net().stateDict()); // ['norms.0.weight', 'norms.0.bias', 'norms.1.weight', ...]
 * ```
 */
export class ModuleList<M extends Module = Module> extends IndexedModules<M> {
  static override readonly name: string = 'ModuleList';

  /** @throws ArgumentError where `modules` is no iterable, or one of them is no Module. */
  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  /** The modules from `start` up to `end`, as an array's `slice` counts, in a list of their own. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList([...this].slice(start, end));
  }

  /**
   * Refused, as by PyTorch: call the modules one by one, or use a {@link Sequential}.
   *
   * @throws ArgumentError always.
   */
  forward(..._: never[]): unknown {
    throw missingForward(this.constructor.name);
  }

  /** Those that print alike, one after the other, on one line: `(0-1): 2 x Identity()`. */
  protected override reprInside(): [key: string, text: string][] {
    const lines: { first: string; last: string; count: number; text: string }[] = [];
    for (const [key, text] of super.reprInside()) {
      const line = lines.at(-1);
      if (line?.text === text) {
        line.last = key;
        line.count++;
      } else {
        lines.push({ first: key, last: key, count: 1, text });
      }
    }
    return lines.map(({ first, last, count, text }) =>
      count === 1 ? [first, text] : [`${first}-${last}`, `${count} x ${text}`],
    );
  }
}

// Not in the class: as compiled, it would not know its own name there.
noForward(ModuleList);
