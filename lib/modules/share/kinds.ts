import { ArgumentError } from '../../errors';
import { nameOf } from '../../tensor/name-of';
import type { Module } from '../module';
import { type ChildrenOf, insideOut } from '../tree';

/** How to make a layer again: plain data. */
export interface LayerNode {
  /** The name of its class. */
  readonly kind: string;
  readonly training: boolean;
  readonly settings: object;
  /** The layers inside, by their places in the list that this one is in. */
  readonly inside: readonly number[];
}

/** A class of layers that is known here; this library has an entry for each of its own. */
interface Kind {
  readonly Class: LayerClass;
  /** The names under which a layer of the class has those inside it. */
  names(layer: Module): readonly string[];
  settings(layer: Module): object;
  make(settings: object, inside: readonly Module[], Class: LayerClass): Module;
}

type LayerClass = abstract new (...args: never[]) => Module;

const kinds = new Map<string, Kind>();

/**
 * Makes a class known. `make` passes on settings of any other type than `settings` gives: the
 * constructor checks them. It makes the class that it is given, which is this one or stands for one
 * that extends it. `names` gives those of the layers inside, where there are any.
 */
export function addKind<Class extends LayerClass, Settings extends object>(
  Class: Class,
  settings: (layer: InstanceType<Class>) => Settings,
  make: (settings: Settings, inside: readonly Module[], Class: Class) => InstanceType<Class>,
  names: (layer: InstanceType<Class>) => readonly string[] = () => [],
): void {
  kinds.set(Class.name, { Class, names, settings, make } as unknown as Kind);
}

/** Whether a prototype is that of a class that is known here. */
export function isKnown(prototype: object): boolean {
  return kinds.get(prototype.constructor.name)?.Class.prototype === prototype;
}

/**
 * A layer with the settings of another one and a first state, made as one of `Class`, which is or
 * extends the class of `prototype`; null where that is none of this library's. In the place of each
 * of the layers inside the other one is the other one itself.
 */
export function makeAlike(prototype: object, layer: Module, Class: NewableFunction): Module | null {
  const kind = kinds.get(prototype.constructor.name);
  if (kind === undefined || !isKnown(prototype)) return null;
  // Its constructor takes its name and prototype from the class that is made.
  const standsFor = new Proxy(kind.Class, {
    construct: (target, args) => Reflect.construct(target, args, Class),
  });
  const inside = kind.names(layer).map(() => layer);
  return kind.make(kind.settings(layer), inside, standsFor);
}

/** The layers from the innermost to the module itself; or why they cannot be made again. */
export function describeLayers(
  root: Module,
  childrenOf: ChildrenOf<Module>,
): readonly LayerNode[] | string {
  const modules = insideOut(root, childrenOf);
  const places = new Map(modules.map((module, place) => [module, place]));
  const nodes: LayerNode[] = [];
  for (const module of modules) {
    const { name } = module.constructor;
    const children = childrenOf(module);
    const kind = kinds.get(name);
    if (kind === undefined || !isKnown(Object.getPrototypeOf(module))) {
      return `${name} is no class of batchnorm's`;
    }
    const names = kind.names(module);
    const holds = children.every(([child], place) => child === names[place]);
    if (!holds) return `the ${name} has modules in fields of its own`;
    const inside = children.map(([, child]) => places.get(child) as number);
    nodes.push({ kind: name, training: module.training, settings: kind.settings(module), inside });
  }
  return nodes;
}

/** The module that {@link describeLayers} was told of, with a state of its own. */
export function makeLayers(caller: string, layers: unknown): Module {
  if (typeof layers === 'string') {
    throw new ArgumentError(
      `${caller}: ${layers.slice(0, 200)}, so the handle does not say how to make the module: ` +
        'make one as it was made, and call its useShared(handle)',
    );
  }
  if (!Array.isArray(layers)) throw malformed(caller, nameOf(layers));
  const made: Module[] = [];
  for (const node of layers as unknown[]) made.push(makeLayer(caller, node, made));
  const root = made.at(-1);
  if (root === undefined) throw malformed(caller, 'none');
  return root;
}

function makeLayer(caller: string, node: unknown, made: readonly Module[]): Module {
  const { kind: name, training, settings, inside } = Object(node) as Partial<LayerNode>;
  const kind = typeof name === 'string' ? kinds.get(name) : undefined;
  if (kind === undefined) throw malformed(caller, `one of the class ${nameOf(name)}`);
  if (typeof training !== 'boolean' || typeof settings !== 'object' || settings === null) {
    throw malformed(caller, `a ${name} without mode or settings`);
  }
  if (!Array.isArray(inside)) throw malformed(caller, `a ${name} without a list of layers`);
  const layers = inside.map((place) => {
    // Only those before it, so that no layer is inside itself.
    const layer = typeof place === 'number' ? made[place] : undefined;
    if (layer === undefined) throw malformed(caller, `a ${name} of layer ${nameOf(place)}`);
    return layer;
  });
  const layer = kind.make(settings, layers, kind.Class);
  layer.training = training;
  return layer;
}

function malformed(caller: string, got: string): ArgumentError {
  return new ArgumentError(
    `${caller}: the handle should list the module's layers as share() gave them, got ${got}`,
  );
}
