import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors';
import { Kept } from '../../functional/internal';
import type { KeptPasses } from '../../modules/kept-passes';
import { formatShape, sameShape } from '../../tensor/shape';
import { Tensor } from '../../tensor/tensor';
import { modulePass } from '../kernels/module-pass';
import { checkFloat32 } from '../ops/check-float32';
import { run } from '../run';
import { type DataFormat, inModuleOrder, sayingDataFormat } from './data-format';
import { type Affine, learned } from './learned';

/** A call of an operation that does what a module does. */
export interface ModuleCall<T extends TfTensor> {
  /** The operation's name, for errors. */
  readonly caller: string;
  readonly layer: Affine;
  readonly passes: KeptPasses;
  readonly x: T;
  /** Null where there is none. */
  readonly residual: TfTensor | null;
  /** Null with a module that knows no channels: its sizes are those of x. */
  readonly dataFormat: DataFormat | null;
  /** The rank of a single sample, where the module takes that. */
  readonly unbatchedRank?: number | undefined;
}

/** Runs a pass of the module in TensorFlow.js's engine, with its gradient. */
export function runModule<T extends TfTensor>(call: ModuleCall<T>): T {
  const { caller, layer, passes, x, residual, dataFormat, unbatchedRank } = call;
  checkFloat32(caller, { x, residual });
  const { shape } = x;
  if (residual !== null && !sameShape(residual.shape, shape)) {
    throw new ShapeError(
      `${caller}: residual should have the shape of x, ${formatShape(shape)}, ` +
        `got ${formatShape(residual.shape)}`,
    );
  }
  const inputs = { x, residual, ...learned(caller, layer) };
  const kept = new Kept(0);
  if (dataFormat === null) {
    const asInput = (elements: Float32Array) => new Tensor(elements, shape);
    return run(modulePass, inputs, { passes, layer, asInput, kept }).y as T;
  }
  const asInput = inModuleOrder(shape, dataFormat, unbatchedRank);
  return sayingDataFormat(
    caller,
    shape,
    dataFormat,
    () => run(modulePass, inputs, { passes, layer, asInput, kept }).y as T,
  );
}
