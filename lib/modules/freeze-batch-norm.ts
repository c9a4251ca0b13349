import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';
import { BatchNorm } from './batch-norm';
import { BatchNorm1d } from './batch-norm-1d';
import { BatchNorm2d } from './batch-norm-2d';
import { BatchNorm3d } from './batch-norm-3d';
import type { FrozenBatchNorm } from './frozen-batch-norm';
import { FrozenBatchNorm1d } from './frozen-batch-norm-1d';
import { FrozenBatchNorm2d } from './frozen-batch-norm-2d';
import { FrozenBatchNorm3d } from './frozen-batch-norm-3d';
import { Module } from './module';
import { childrenOf, replaceChild } from './module-tree';
import { learnsBias } from './norm-base';

const kinds = [
  [BatchNorm1d, FrozenBatchNorm1d],
  [BatchNorm2d, FrozenBatchNorm2d],
  [BatchNorm3d, FrozenBatchNorm3d],
] as const;

/** Gives the frozen layer of a BatchNorm; see the other overload. */
export function freezeBatchNorm(module: BatchNorm): FrozenBatchNorm;
/**
 * Puts a frozen layer in the place of each BatchNorm inside a module, with the same eps, activation
 * and mode, and with copies of its statistics, weight and bias (1 and 0 without `affine`, no bias where made with `bias: false`), so that
 * an optimizer that still holds those cannot change it. A layer that is used twice becomes one.
 *
 * TypeScript still takes the fields for what they were declared as: declare those of a net that is
 * to be frozen as `BatchNorm2d | FrozenBatchNorm2d`.
 *
 * @returns The module; the frozen layer where the module is a BatchNorm itself.
 * @throws ArgumentError where a layer has no running statistics, is lazy and has no channels yet, or
 * is in a field that cannot be set. Then nothing was changed.
 *
 * @example
 * ```ts
 * const net = freezeBatchNorm(new Sequential(new BatchNorm2d(3)));
 * String(net.at(0)); // FrozenBatchNorm2d(3, eps=1e-05)
 * ```
 */
export function freezeBatchNorm<Net extends Module>(module: Net): Net;
export function freezeBatchNorm(module: Module): Module {
  if (!(module instanceof Module)) {
    throw refused(`expected a Module, got ${nameOf(module)}`);
  }
  const frozen = new Map<Module, FrozenBatchNorm>();
  for (const [name, layer] of module.namedModules()) {
    if (layer instanceof BatchNorm) frozen.set(layer, freeze(name, layer));
  }
  const itself = frozen.get(module);
  if (itself !== undefined) return itself;
  replace(module, frozen);
  return module;
}

function freeze(name: string, layer: BatchNorm): FrozenBatchNorm {
  const Class = layer.constructor.name;
  const called = name === '' ? Class : `${name} (${Class})`;
  const Frozen = kinds.find(([Plain]) => layer instanceof Plain)?.[1];
  if (Frozen === undefined)
    throw refused(`${called} is no BatchNorm1d, BatchNorm2d or BatchNorm3d`);
  if (layer.numBatchesTracked === null) {
    throw refused(
      `${called} has no running statistics to freeze: it was made with trackRunningStats: false`,
    );
  }
  if (layer.numFeatures === 0) {
    throw refused(
      `${called} is lazy and has no channels before its first input: call forward once`,
    );
  }
  const { numFeatures, eps, dtype, activation, negativeSlope } = layer;
  const bias = !layer.affine || learnsBias(layer);
  const frozen = new Frozen(numFeatures, { eps, bias, dtype, activation, negativeSlope });
  // Without affine there is no weight and no bias.
  frozen.loadStateDict(layer.stateDict(), { strict: false });
  frozen.training = layer.training;
  return frozen;
}

/** Puts `frozen` into the fields where its keys are, or throws and leaves all as they were. */
function replace(root: Module, frozen: ReadonlyMap<Module, FrozenBatchNorm>): void {
  const fields = root.modules().flatMap((parent) =>
    childrenOf(parent).flatMap(([name, layer]) => {
      const instead = frozen.get(layer);
      return instead === undefined ? [] : [{ parent, name, layer, instead }];
    }),
  );
  const set: typeof fields = [];
  try {
    for (const field of fields) {
      set.push(field);
      put(field.parent, field.name, field.instead);
    }
  } catch (error) {
    for (const { parent, name, layer } of set) replaceChild(parent, name, layer);
    throw error;
  }
}

function put(parent: Module, name: string, layer: Module): void {
  if (replaceChild(parent, name, layer)) return;
  throw refused(`${parent.constructor.name} does not let its field '${name}' be set`);
}

function refused(problem: string): ArgumentError {
  return new ArgumentError(`freezeBatchNorm: ${problem}`);
}
