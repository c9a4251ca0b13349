import { ArgumentError } from '../errors';
import { checkBoolean } from '../options';
import { nameOf } from '../tensor/name-of';
import { Parameter } from '../tensor/parameter';
import { fieldsOf } from './fields';
import { refuseHidden } from './hidden-members';
import type { Module } from './module';
import { reprModule } from './repr-module';
import { distinct, insideOut, outsideIn, unlessInside } from './tree';
import { uncloneable } from './uncloneable';

/** The modules directly inside, with their names; throws where a field hides some. */
export let childrenOf: (module: ModuleTree) => [name: string, child: Module][];

/** Puts another module in the place of one directly inside; whether it is there then. */
export let replaceChild: (parent: ModuleTree, name: string, child: Module) => boolean;

/** What a {@link Module} is but for its state: a mode, and modules inside. */
export abstract class ModuleTree {
  /** @internal */
  readonly uncloneable: symbol = uncloneable;

  /** Whether the module is in training mode; set it with {@link train} and {@link eval}. */
  training = true;

  static {
    childrenOf = (module) => {
      module.#refuseHidden();
      return module.ownModules();
    };
    replaceChild = (parent, name, child) => parent.replaceModule(name, child);
  }

  /** The modules directly inside with their names, in their order. */
  protected ownModules(): [name: string, module: Module][] {
    return fieldsOf(this, ModuleTree) as [string, Module][];
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
  protected abstract ownParameters(): [name: string, parameter: Parameter][];

  /** The arguments that {@link toString} shows; a line each where there are several. */
  protected extraRepr(): string {
    return '';
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
    return outsideIn(asModule(this), childrenOf).map(([prefix, module]) => [
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
    for (const module of insideOut(asModule(this), childrenOf)) fn(module);
    return this;
  }

  /** A member in an array is refused, unless the module finds it elsewhere too. */
  #refuseHidden(): void {
    refuseHidden(this, isMember, () => {
      const inside = outsideIn<ModuleTree>(this, (module) => module.ownModules()).map(
        ([, one]) => one,
      );
      return [
        ...inside,
        ...inside.flatMap((module) => module.ownParameters()).map(([, own]) => own),
      ];
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
const settingMode = new Set<ModuleTree>();
const showing = new Set<ModuleTree>();

/** Nothing else extends it. */
function asModule(tree: ModuleTree): Module {
  return tree as Module;
}

function isMember(value: unknown): value is ModuleTree | Parameter {
  return value instanceof ModuleTree || value instanceof Parameter;
}
