import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import type { BatchNormalizationArgs } from './arguments';
import { checkRank, locateAxis, readAxis } from './axis';
import { batchNormalizationApplies, callBatchNormalization } from './call-batch-normalization';
import { oneInput, oneShape } from './inputs';
import { OwnBatchNormalization } from './own-layers';
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
    const x = oneInput(this.name, inputs);
    if (!batchNormalizationApplies(this, x)) return super.call(x, kwargs);
    return callBatchNormalization(this, x, kwargs);
  }
}
