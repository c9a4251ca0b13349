import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { callModule } from './async/call-module';
import { ownForwards } from './async/own-forwards';
import type { Commit } from './async/transaction';
import { checkCopy, copyInto, copyIntoInSlices } from './copy-into';
import { Module } from './module';
import {
  type AsyncNormForwardOptions,
  type NormBackwardOptions,
  type NormForwardOptions,
  readBackward,
  readForward,
  readForwardAsync,
} from './pass-options';

const nothing: Commit = { check: () => {}, apply: () => {} };

/**
 * Passes its input on: y = x, of any shape and dtype, and the gradient on its way back. PyTorch's
 * `nn.Identity`. It has no state; in a `Sequential` it fills the place of a layer that is done
 * elsewhere, so that those behind it have PyTorch's indices in the state dict.
 *
 * @example
 * ```ts
 * // PyTorch's Sequential(BatchNorm1d(3), ReLU(), LayerNorm(3))
 * const net = new Sequential(new BatchNorm1d(3), new Identity(), new LayerNorm(3));
 * Object.keys(net.stateDict()); // ['0.weight', ..., '2.weight', '2.bias']
 * ```
 */
export class Identity extends Module {
  static override readonly name: string = 'Identity';

  static {
    ownForwards(Identity);
  }

  /** @param _unused Whatever the layer in whose place it stands took, as in PyTorch. */
  constructor(..._unused: readonly unknown[]) {
    super();
  }

  /**
   * @returns The input itself, not a copy; or `out`, into which it was copied.
   * @throws ArgumentError where `input` is no tensor; ShapeError or DTypeError where it does not fit
   * into `out`.
   */
  forward<Input extends TensorLike>(
    input: Input,
    options?: NormForwardOptions,
  ): Tensor<DTypeOf<Input>>;
  forward(input: TensorLike, options: NormForwardOptions = {}): Tensor {
    const { name } = this.constructor;
    const { x, out } = readForward(name, input, options, this.training);
    return out === null ? x : copyInto(name, x, out);
  }

  /** {@link forward}, which copies into `out` in slices; otherwise as {@link BatchNorm.forwardAsync}. */
  forwardAsync<Input extends TensorLike>(
    input: Input,
    options?: AsyncNormForwardOptions,
  ): Promise<Tensor<DTypeOf<Input>>>;
  async forwardAsync(input: TensorLike, options: AsyncNormForwardOptions = {}): Promise<Tensor> {
    const { name } = this.constructor;
    const read = readForwardAsync(this, name, input, options);
    const { x, out, training, context, signal, ownsInput } = read;
    if (out !== null) checkCopy(name, x, out);
    return callModule(this, training, context, signal, async () => ({
      output: out === null ? x : await copyIntoInSlices(name, x, out, signal),
      isNew: out === null && ownsInput,
      commit: nothing,
    }));
  }

  /**
   * The gradient of the input; no `forward` need come before it.
   *
   * @returns `gradOutput` itself, not a copy; or `out`, into which it was copied.
   * @throws as {@link forward}
   */
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options?: NormBackwardOptions,
  ): Tensor<DTypeOf<Gradient>>;
  backward(gradOutput: TensorLike, options: NormBackwardOptions = {}): Tensor {
    const { name } = this.constructor;
    const { dy, out } = readBackward(name, gradOutput, options);
    return out === null ? dy : copyInto(name, dy, out);
  }
}
