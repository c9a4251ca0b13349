import type { Variable } from '@tensorflow/tfjs-core';
import { ArgumentError, DTypeError } from '../errors';
import { Module } from '../modules/module';
import { checkBoolean, checkOptions } from '../options';
import type { Parameter } from '../tensor/parameter';
import { linkedVariable } from './linked-variable';
import { nameOfGiven } from './name-of-given';

export interface VariablesOptions {
  /**
   * Whether optimizers and `tf.variableGrads` take them where they are told no list. Default: what
   * `requiresGrad` of the parameter is at that time.
   */
  trainable?: boolean | undefined;
}

const known = new WeakMap<Parameter, Variable>();

/**
 * The parameters of a module and of all modules inside, as variables that TensorFlow.js's optimizers
 * learn. A variable and its parameter hold the same values at all times: what an optimizer assigns to
 * the one is written to the other's memory, so `module.stateDict()` has it; what `loadStateDict` puts
 * into the module, what is written to `weight.data`, here or in a thread that shares it, is what the
 * variable holds from then on. The same ones are returned each time, in the order of
 * `module.parameters()`; `tf.dispose` them once they are done with.
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
    const found = variableOf(parameter) ?? makeVariable(key, parameter);
    if (trainable !== undefined) found.trainable = trainable;
    return found;
  });
}

/** The variable of a parameter; null where it has none. */
export function variableOf(parameter: Parameter): Variable | null {
  const found = known.get(parameter);
  return found === undefined || found.isDisposed ? null : found;
}

let made = 0;

function makeVariable(key: string, parameter: Parameter): Variable {
  made++;
  const created = linkedVariable(parameter, `batchnorm/${made}/${key}`);
  known.set(parameter, created);
  return created;
}
