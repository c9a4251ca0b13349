import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import type { LayerNormalizationArgs } from './arguments';
import { checkRank, locateAxis, readAxis } from './axis';
import {
  axesOf,
  callLayerNormalization,
  layerNormalizationApplies,
} from './call-layer-normalization';
import { oneInput, oneShape } from './inputs';
import { OwnLayerNormalization } from './own-layers';
import { tensorFlowLayers } from './peer';
import { checkEpsilon, readArgs } from './settings';
import { takeState } from './state-to-take';

/** See `layers.layerNormalization`. */
export class LayerNormalization extends OwnLayerNormalization {
  static override readonly className: string = 'LayerNormalization';

  constructor(args?: LayerNormalizationArgs) {
    const caller = 'layerNormalization';
    const given = readArgs(caller, args);
    super({ ...given, axis: readAxes(caller, given.axis ?? -1) });
    checkEpsilon(caller, this.epsilon);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = oneShape(this.name, inputShape);
    checkRank(this.name, shape);
    const axes: Record<number, number> = {};
    for (const axis of axesOf(this)) {
      const { index, size } = locateAxis(this.name, axis, shape);
      axes[index] = size;
    }
    super.build([...shape]);
    const { InputSpec } = tensorFlowLayers();
    this.inputSpec = [new InputSpec({ ndim: shape.length, axes })];
    takeState(this);
  }

  override call(inputs: Tensor | Tensor[], kwargs = {}): Tensor | Tensor[] {
    const x = oneInput(this.name, inputs);
    if (!layerNormalizationApplies(this, x)) return super.call(x, kwargs);
    return callLayerNormalization(this, x);
  }
}

/** One axis or several; a copy, since TensorFlow.js's own layer writes into what it is given. */
function readAxes(caller: string, axis: unknown): number | number[] {
  if (!Array.isArray(axis) || axis.length === 0) return readAxis(caller, axis);
  return axis.map((one: unknown) => readAxis(caller, one));
}
