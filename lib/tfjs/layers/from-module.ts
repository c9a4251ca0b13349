import type { layers } from '@tensorflow/tfjs-layers';
import { ArgumentError } from '../../errors';
import {
  BatchNorm,
  FrozenBatchNorm,
  GroupNorm,
  LayerNorm,
  type Module,
  type StateDict,
} from '../../modules';
import { nameOfGiven } from '../name-of-given';
import type {
  BatchNormalizationArgs,
  GroupNormalizationArgs,
  LayerNormalizationArgs,
} from './arguments';
import { batchNormalization, groupNormalization, layerNormalization } from './factories';
import { otherMomentum } from './momentum';
import { readArgs } from './settings';
import { loadWhenBuilt } from './state-to-take';

const caller = 'fromModule';

type SomeArgs = BatchNormalizationArgs | LayerNormalizationArgs | GroupNormalizationArgs;
type CommonArgs = Pick<
  GroupNormalizationArgs,
  keyof GroupNormalizationArgs & keyof LayerNormalizationArgs
>;
type AllArgs = BatchNormalizationArgs & LayerNormalizationArgs & GroupNormalizationArgs;

/**
 * A layer with the settings and weights of a module: the opposite of {@link toModule}. The values are
 * copied now, into the layer when it is built; of another float dtype they are converted to float32.
 *
 * What is converted: `momentum` to 1 - momentum, since Keras's weighs the old value. What is not: the
 * running variance stays what it is, though a module's is of unbiased variances (unless
 * `unbiasedRunningVar` is false), and goes on with biased ones in the layer, as Keras has it. The
 * number of tracked batches is left out.
 *
 * @param args Arguments of the layer that take the place of those from the module, such as `name`,
 * `inputShape` and `axis`.
 * @throws ArgumentError where no layer is the same as the module: `momentum` null (unless `args` has
 * a momentum), no running statistics, an activation, a FrozenBatchNorm (`fit` has a layer follow its
 * batches, trainable or not), a module of another class, or one that is lazy and has seen no input.
 * @throws StateDictError from the layer's `build`, where its axis has not the module's size.
 *
 * @example
 * ```ts
 * const bn = new BatchNorm2d(64);
 * model.add(fromModule(bn, { name: 'bn' }));
 * ```
 */
export function fromModule(module: BatchNorm, args?: BatchNormalizationArgs): layers.Layer;
export function fromModule(module: LayerNorm, args?: LayerNormalizationArgs): layers.Layer;
export function fromModule(module: GroupNorm, args?: GroupNormalizationArgs): layers.Layer;
export function fromModule(
  module: BatchNorm | LayerNorm | GroupNorm,
  args?: CommonArgs,
): layers.Layer;
export function fromModule(module: Module, args?: SomeArgs): layers.Layer {
  const layer = emptyLayer(module, readArgs(caller, args) as AllArgs);
  loadWhenBuilt(layer, copyOf(module));
  return layer;
}

function emptyLayer(module: Module, args: AllArgs): layers.Layer {
  if (module instanceof BatchNorm) {
    refuseActivation(module);
    return batchNormalization({ epsilon: module.eps, ...learning(module, args), ...args });
  }
  if (module instanceof FrozenBatchNorm) throw frozen(module);
  if (module instanceof LayerNorm) {
    return layerNormalization({
      axis: module.normalizedShape.map((_, index, { length }) => index - length),
      epsilon: module.eps,
      ...learned(module),
      ...args,
    });
  }
  if (module instanceof GroupNorm) {
    const { numGroups: groups, eps: epsilon } = module;
    return groupNormalization({ groups, epsilon, ...learned(module), ...args });
  }
  throw new ArgumentError(
    `${caller}: expected a BatchNorm1d, 2d or 3d, a LayerNorm or a GroupNorm, got ${nameOfGiven(module)}`,
  );
}

/** Whether the layer has gamma and beta. */
function learned({ weight, bias }: BatchNorm | LayerNorm | GroupNorm) {
  return { scale: weight !== null, center: bias !== null };
}

function learning(module: BatchNorm, args: BatchNormalizationArgs): BatchNormalizationArgs {
  const {
    constructor: { name },
    momentum,
    runningMean,
  } = module;
  if (runningMean === null) {
    throw new ArgumentError(
      `${caller}: the ${name} was made without running statistics, which Keras's layer has always`,
    );
  }
  if (momentum !== null) return { ...learned(module), momentum: otherMomentum(momentum) };
  if (args.momentum !== undefined) return learned(module);
  throw new ArgumentError(
    `${caller}: the ${name} has momentum null, a cumulative average, which Keras's layer has not: ` +
      'give the layer a momentum of its own, such as { momentum: 0.99 }',
  );
}

function frozen({ constructor: { name } }: FrozenBatchNorm): ArgumentError {
  const learningName = name.replace('Frozen', '');
  return new ArgumentError(
    `${caller}: no layer of TensorFlow.js stays as a ${name} does: fit moves its statistics, trainable ` +
      `or not. For prediction alone give it a ${learningName} of the same eps that has loaded the ` +
      `${name}'s stateDict()`,
  );
}

function refuseActivation({ constructor: { name }, activation }: BatchNorm): void {
  if (activation === null) return;
  throw new ArgumentError(
    `${caller}: the ${name} applies ${activation}, which Keras's layer does not: set a layer that ` +
      'does behind it, and take a module without',
  );
}

function copyOf(module: Module): StateDict {
  const entries = Object.entries(module.stateDict());
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'number' ? value : value.clone()]),
  );
}
