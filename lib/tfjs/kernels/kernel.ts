import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Named } from './named';

/** What is computed, the same on every backend whose elements are in reach. */
export interface Computation<
  Required extends string,
  Optional extends string,
  Output extends string,
  Attributes extends object,
> {
  outputShapes(
    inputs: Named<Required, Optional, TensorInfo>,
    attributes: Attributes,
  ): Readonly<Record<Output, readonly number[]>>;
  /** Writes every element of the outputs, which hold anything. */
  fill(
    inputs: Named<Required, Optional, Float32Array>,
    outputs: Readonly<Record<Output, Float32Array>>,
    attributes: Attributes,
  ): void;
}

/** A computation that the engine knows as a kernel of ours. */
export interface Kernel<
  Required extends string,
  Optional extends string,
  Output extends string,
  Attributes extends object,
> extends Computation<Required, Optional, Output, Attributes> {
  /** What the engine knows it by. */
  readonly name: string;
  /**
   * The gradients of the inputs from those of the outputs, which are zeros where nothing depends on
   * one. Inputs and attributes are those of the forward pass. Null for a kernel without a gradient.
   */
  readonly gradient:
    | ((
        dys: Readonly<Record<Output, Tensor>>,
        inputs: Named<Required, Optional, Tensor>,
        attributes: Attributes,
      ) => Named<Required, Optional, Tensor>)
    | null;
}
