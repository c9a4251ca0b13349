import { type Tensor as TfTensor, tensor, type Variable, variable } from '@tensorflow/tfjs-core';
import { ArgumentError, DTypeError } from '../errors';
import { Module } from '../modules/module';
import { checkBoolean, checkOptions } from '../options';
import type { Parameter } from '../tensor/parameter';
import { nameOfGiven } from './name-of-given';

export interface VariablesOptions {
  /** Whether optimizers and `tf.variableGrads` take them where they are told no list; true unless told. */
  trainable?: boolean | undefined;
}

const known = new WeakMap<Parameter, Variable>();

/**
 * The parameters of a module and of all modules inside, as variables that TensorFlow.js's optimizers
 * learn. A variable and its parameter always hold the same values: what an optimizer assigns to the
 * one is written to the other's memory, so `module.stateDict()` has it, and what is loaded into the
 * module is what {@link batchNorm} goes on with. The same ones are returned each time, in the order
 * of `module.parameters()`; `tf.dispose` them once they are done with.
 *
 * @throws ArgumentError where `module` is none, or a lazy layer has no parameters yet.
 * @throws DTypeError for float64 parameters, which TensorFlow.js does not know.
 *
 * @example
 * ```ts
 * const bn = new BatchNorm1d(3);
 * const optimizer = tf.train.sgd(0.1);
 * const { grads } = tf.variableGrads(() => tf.mean(tf.square(batchNorm(x, bn))), variables(bn));
 * optimizer.applyGradients(grads);
 * ```
 */
export function variables(module: Module, options: VariablesOptions = {}): Variable[] {
  const name = 'variables';
  if (!(module instanceof Module)) {
    throw new ArgumentError(
      `${name}: module should be a module of batchnorm, got ${nameOfGiven(module)}`,
    );
  }
  checkOptions(name, options, ['trainable']);
  const { trainable } = options;
  if (trainable !== undefined) checkBoolean(name, 'trainable', trainable);
  const named = module.namedParameters();
  const wrong = named.find(([, { dtype }]) => dtype !== 'float32');
  if (wrong !== undefined) {
    throw new DTypeError(
      `${name}: '${wrong[0]}' is ${wrong[1].dtype}, and TensorFlow.js has float32 alone: make the ` +
        "layer with dtype: 'float32'",
    );
  }
  return named.map(([key, parameter]) => {
    const found = variableOf(parameter) ?? makeVariable(key, parameter, trainable ?? true);
    if (trainable !== undefined) found.trainable = trainable;
    return found;
  });
}

/** The variable of a parameter with the parameter's values; null where it has none. */
export function variableOf(parameter: Parameter): Variable | null {
  const found = known.get(parameter);
  if (found === undefined || found.isDisposed) return null;
  const { data } = parameter;
  if (!sameValues(found.dataSync<'float32'>(), data)) assignFrom(found, parameter);
  return found;
}

let made = 0;

function makeVariable(key: string, parameter: Parameter, trainable: boolean): Variable {
  made++;
  const initial = copyOf(parameter);
  const created = variable(initial, trainable, `batchnorm/${made}/${key}`);
  initial.dispose();
  const { assign } = created;
  created.assign = (value) => {
    assign.call(created, value);
    parameter.data.set(value.dataSync<'float32'>());
  };
  known.set(parameter, created);
  return created;
}

function assignFrom(target: Variable, parameter: Parameter): void {
  const value = copyOf(parameter);
  target.assign(value);
  value.dispose();
}

/** Not the memory itself, which TensorFlow.js would take for its own. */
function copyOf({ data, shape }: Parameter): TfTensor {
  return tensor(Float32Array.from(data), [...shape], 'float32');
}

function sameValues(a: Float32Array, b: ArrayLike<number>): boolean {
  // Object.is, for NaN is the same value as NaN.
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}
