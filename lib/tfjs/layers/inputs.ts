import { cast, type Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError, ShapeError } from '../../errors';
import type { InputShape } from './axis';

/** A layer's only input, which TensorFlow.js may hand over in an array of one. */
export function oneInput<Input extends object>(caller: string, inputs: Input | Input[]): Input {
  if (!Array.isArray(inputs)) return inputs;
  const [input] = inputs;
  if (input !== undefined && inputs.length === 1) return input;
  throw new ShapeError(`${caller}: expected one input, got ${inputs.length}`);
}

/** The shape of a layer's only input, which may come in an array of one, too. */
export function oneShape(caller: string, shapes: InputShape | readonly InputShape[]): InputShape {
  const several = shapes.filter((size) => Array.isArray(size)) as InputShape[];
  if (several.length === 0) return shapes as InputShape;
  const [shape] = several;
  if (shape !== undefined && several.length === 1) return shape;
  throw new ShapeError(`${caller}: expected one input, got ${several.length}`);
}

/** Layers calculate in float32, whatever they are fed. */
export function asFloat32(caller: string, x: Tensor): Tensor {
  // Only another copy's layers take its symbolic tensors, which ours know their own by, for values.
  if ('sourceLayer' in x) {
    throw new ArgumentError(
      `${caller}: the input is of another copy of @tensorflow/tfjs-layers than the one that ` +
        'batchnorm/tfjs has loaded: there should be one, npm ls @tensorflow/tfjs-layers shows where they ' +
        'come from and npm dedupe may join them',
    );
  }
  return x.dtype === 'float32' ? x : cast(x, 'float32');
}
