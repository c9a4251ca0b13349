import { mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { batchNormInference } from '../ops/batch-norm-inference';
import { batchNormTraining } from '../ops/batch-norm-training';
import type { BatchNormalizationArgs } from './arguments';
import { checkRank, locateAxis, readAxis } from './axis';
import { inReach } from './in-reach';
import { asFloat32, oneInput, oneShape } from './inputs';
import { OwnBatchNormalization } from './own-layers';
import { read } from './read';
import { checkEpsilon, checkMomentum, readArgs } from './settings';
import { takeState } from './state-to-take';

/** See `layers.batchNormalization`. */
export class BatchNormalization extends OwnBatchNormalization {
  static override readonly className: string = 'BatchNormalization';

  constructor(args?: BatchNormalizationArgs) {
    const caller = 'batchNormalization';
    const given = readArgs(caller, args);
    super({ ...given, axis: readAxis(caller, given.axis ?? -1) });
    checkEpsilon(caller, this.epsilon);
    checkMomentum(caller, this.momentum);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = oneShape(this.name, inputShape);
    checkRank(this.name, shape);
    locateAxis(this.name, this.axis, shape);
    super.build([...shape]);
    takeState(this);
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean } = {}): Tensor | Tensor[] {
    if (!inReach()) return super.call(inputs, kwargs);
    return tidy(() => {
      const x = asFloat32(this.name, oneInput(this.name, inputs));
      return kwargs.training ? this.#train(x) : this.#infer(x);
    });
  }

  #train(x: Tensor): Tensor {
    const { axis, epsilon } = this;
    const { y, mean, variance } = batchNormTraining(x, read(this.gamma), read(this.beta), {
      axis,
      epsilon,
    });
    // Nothing has neither mean nor variance.
    if (x.size > 0) {
      this.#move(this.movingMean, mean);
      this.#move(this.movingVariance, variance);
    }
    return y;
  }

  #infer(x: Tensor): Tensor {
    const { axis, epsilon } = this;
    const mean = this.movingMean.read();
    const variance = this.movingVariance.read();
    return batchNormInference(x, mean, variance, read(this.gamma), read(this.beta), {
      axis,
      epsilon,
    });
  }

  /** In the order of TensorFlow.js's own operations, and so with its rounding. */
  #move(moving: LayerVariable, batch: Tensor): void {
    const old = moving.read();
    moving.write(sub(old, mul(sub(old, batch), 1 - this.momentum)));
  }
}
