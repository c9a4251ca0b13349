import { ArgumentError } from '../../errors';
import { Parameter } from '../../tensor/parameter';
import { type Module, moduleParts } from '../module';
import { replaceChild } from '../module-tree';
import { makeAlike } from '../share/kinds';
import { giveState, loadState } from '../state-dict';
import { Copier } from './copier';
import { findAll } from './find-all';
import { hasOwnClone } from './own-clone';

/**
 * A module with the same classes, fields, state and mode, which shares no memory with this one. What
 * is there twice is one thing again; gradients, and what backward needs, are not copied.
 *
 * @throws ArgumentError, before anything is made, where a part cannot be copied
 */
export function cloneModule<T extends Module>(root: T): T {
  const caller = `${root.constructor.name}.clone`;
  const found = findAll(caller, root);
  const copier = new Copier(found.arrays);
  const made: [module: Module, copy: Module][] = [];
  for (const module of found.modules) {
    const isWhole = module !== root && hasOwnClone(module);
    const copy = isWhole ? cloneItsOwnWay(caller, module) : makeShell(caller, module);
    copier.add(module, copy);
    addTensors(copier, module, copy);
    if (!isWhole) made.push([module, copy]);
  }
  for (const [module, copy] of made) {
    moduleParts.takeBuffers(copy, module);
    copier.copyFields(module, copy);
    for (const [name, child] of moduleParts.modules(module)) {
      replaceChild(copy, name, copier.copyOf(child));
    }
  }
  return copier.copyOf(root);
}

function cloneItsOwnWay(caller: string, module: Module): Module {
  const copy: unknown = module.clone();
  const isAnother = copy !== module && Object(copy).constructor === module.constructor;
  if (isAnother) return copy as Module;
  const { name } = module.constructor;
  throw new ArgumentError(`${caller}: the clone() of ${name} should return another ${name}`);
}

/** A module of the same class with the state that its class keeps, but no field that a user has set. */
function makeShell(caller: string, module: Module): Module {
  const own: object = Object.getPrototypeOf(module);
  const Class = module.constructor;
  let copy: Module | null = null;
  for (let prototype = own; copy === null; prototype = Object.getPrototypeOf(prototype)) {
    copy = moduleParts.make(prototype, Class) ?? makeAlike(prototype, module, Class);
  }
  if (Object.getPrototypeOf(copy) !== own) Object.setPrototypeOf(copy, own);
  const entries = moduleParts.entries(copy);
  const keys = new Set(entries.map(({ key }) => key));
  const state = moduleParts.entries(module).filter(({ key }) => keys.has(key));
  // A lazy layer has nothing yet.
  const isLazy = state.some((entry) => 'unsized' in entry);
  if (!isLazy) loadState(caller, entries, giveState(caller, state), {});
  return copy;
}

/** Tells the copier which tensors of the shell stand for which, wherever else they are used. */
function addTensors(copier: Copier, module: Module, copy: Module): void {
  const tensors = new Map(moduleParts.tensors(module));
  for (const [name, tensor] of moduleParts.tensors(copy)) {
    const source = tensors.get(name);
    if (source === undefined) continue;
    copier.addTensor(source, tensor);
    if (source instanceof Parameter && tensor instanceof Parameter) {
      tensor.requiresGrad = source.requiresGrad;
    }
  }
}
