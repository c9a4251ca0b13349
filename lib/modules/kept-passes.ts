import type { Keeper } from '../functional/internal';
import type { Tensor } from '../tensor/tensor';

/** The passes of a layer for a caller who keeps what backward needs. For this library alone. */
export interface KeptPasses {
  /** How many elements the gradients of weight and bias have each, for an input that was taken. */
  channelsOf(input: Tensor): number;
  /** What the layer's `forward` does. */
  forward(call: KeptForward): void;
  /** What its `backward` does, but that no `grad` is added to. */
  backward(call: KeptBackward): void;
}

export interface KeptForward {
  readonly input: Tensor;
  /** Null with a layer that takes none. */
  readonly residual: Tensor | null;
  readonly out: Tensor;
  readonly keeper: Keeper;
}

export interface KeptBackward {
  readonly gradOutput: Tensor;
  /** That of the forward pass, wherever its elements are by now. */
  readonly input: Tensor;
  /** What the forward pass has used; null where the layer has none. */
  readonly weight: Tensor | null;
  readonly out: Tensor;
  /** Null where the forward pass had no residual. */
  readonly outResidual: Tensor | null;
  /** What the forward pass has filled. */
  readonly keeper: Keeper;
  /** Filled with the gradients of weight and bias. */
  readonly gradWeight: Float64Array;
  readonly gradBias: Float64Array;
}

/** What a backward pass without a residual takes, but for what the forward pass has left and the layer is. */
export type Gradients = Pick<
  KeptBackward,
  'gradOutput' | 'input' | 'weight' | 'gradWeight' | 'gradBias'
> & { readonly out: Tensor | null };
