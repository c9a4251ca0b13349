import { type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { ArgumentError } from '../../errors';
import { nameOf } from '../../tensor/name-of';
import { groupNorm } from '../ops/group-norm';
import type { GroupNormalizationArgs } from './arguments';
import { withAxesLast } from './axes-last';
import { checkRank, locateAxis, readAxis } from './axis';
import { asFloat32, oneInput, oneShape } from './inputs';
import { OwnBatchNormalization } from './own-layers';
import { tensorFlowLayers } from './peer';
import { read } from './read';
import { checkEpsilon, readArgs } from './settings';
import { takeState } from './state-to-take';

const { InputSpec, layers } = tensorFlowLayers();

/** See `layers.groupNormalization`. */
export class GroupNormalization extends layers.Layer {
  static readonly className: string = 'GroupNormalization';

  /** As it was given: -1 for as many groups as there are channels. */
  readonly groups: number;
  readonly axis: number;
  readonly epsilon: number;
  gamma: LayerVariable | null = null;
  beta: LayerVariable | null = null;

  /** TensorFlow.js's batch normalization, which reads and writes the arguments that both have. */
  readonly #affine: InstanceType<typeof OwnBatchNormalization>;
  #numGroups = 0;

  constructor(args?: GroupNormalizationArgs) {
    const caller = 'groupNormalization';
    const given = readArgs(caller, args);
    super(given);
    this.supportsMasking = true;
    this.groups = readGroups(caller, given.groups ?? 32);
    this.axis = readAxis(caller, given.axis ?? -1);
    this.#affine = new OwnBatchNormalization({ ...given, name: this.name });
    this.epsilon = this.#affine.epsilon;
    checkEpsilon(caller, this.epsilon);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = oneShape(this.name, inputShape);
    checkRank(this.name, shape);
    const { index, size } = locateAxis(this.name, this.axis, shape);
    if (index === 0) throw batchAxis(this.name);
    this.#numGroups = this.groups === -1 ? size : this.groups;
    if (size % this.#numGroups !== 0) throw notDivisible(this.name, size, this.groups);
    this.inputSpec = [new InputSpec({ ndim: shape.length, axes: { [index]: size } })];
    const affine = this.#affine;
    const weight = (name: 'gamma' | 'beta') => {
      const initializer = affine[`${name}Initializer`];
      const regularizer = affine[`${name}Regularizer`];
      const constraint = affine[`${name}Constraint`];
      return this.addWeight(name, [size], 'float32', initializer, regularizer, true, constraint);
    };
    if (affine.scale) this.gamma = weight('gamma');
    if (affine.center) this.beta = weight('beta');
    this.built = true;
    takeState(this);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = asFloat32(this.name, oneInput(this.name, inputs));
      const axis = this.axis < 0 ? this.axis + x.rank : this.axis;
      const normalize = (channels: Tensor, along: number) =>
        groupNorm(channels, read(this.gamma), read(this.beta), {
          epsilon: this.epsilon,
          groups: this.#numGroups,
          axis: along,
        });
      return axis === 1 ? normalize(x, 1) : withAxesLast(x, [axis], (last) => normalize(last, -1));
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { momentum, movingMeanInitializer, movingVarianceInitializer, ...affine } =
      this.#affine.getConfig();
    return { groups: this.groups, ...affine, ...super.getConfig(), axis: this.axis };
  }
}

function readGroups(caller: string, groups: unknown): number {
  if (groups === -1 || (Number.isSafeInteger(groups) && (groups as number) > 0)) {
    return groups as number;
  }
  throw new ArgumentError(
    `${caller}: groups should be a positive integer, or -1 for as many groups as there are ` +
      `channels, got ${nameOf(groups)}`,
  );
}

function notDivisible(caller: string, channels: number, groups: number): ArgumentError {
  return new ArgumentError(
    `${caller}: the number of channels must be divisible by groups, got ${channels} channels and ` +
      `groups ${groups}; it is 32 where it was not given`,
  );
}

function batchAxis(caller: string): ArgumentError {
  return new ArgumentError(
    `${caller}: axis should be that of the channels, got the first one, which is the batch`,
  );
}
