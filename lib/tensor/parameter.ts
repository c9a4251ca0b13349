import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { DType, FloatArray } from './dtype';
import { formatTensor } from './format';
import { nameOf } from './name-of';
import { formatShape, sameShape } from './shape';
import { Tensor } from './tensor';
import { asTensor, type TensorLike } from './tensor-like';

/** A Tensor that a module learns, with the gradient that `backward` accumulates for it. */
export class Parameter<D extends DType = DType> extends Tensor<D> {
  #grad: Tensor<D> | null = null;

  /** Takes the memory of `data`, without a copy, as `torch.nn.Parameter(data)` does. */
  constructor(data: Tensor<D>);
  constructor(data: TensorLike);
  constructor(data: TensorLike) {
    const source = asTensor(data, 'Parameter');
    super(source.data as FloatArray<D>, source.shape, source.memoryFormat, 'Parameter');
  }

  /**
   * The accumulated gradient: null, or a Tensor of this parameter's shape and dtype.
   *
   * @throws ArgumentError, ShapeError or DTypeError on assigning anything else
   */
  get grad(): Tensor<D> | null {
    return this.#grad;
  }

  set grad(grad: Tensor<D> | null) {
    if (grad !== null) this.#checkGrad(grad);
    this.#grad = grad;
  }

  #checkGrad(grad: Tensor): void {
    if (!(grad instanceof Tensor)) {
      throw new ArgumentError(`assigned grad must be a Tensor or null, got ${nameOf(grad)}`);
    }
    if (grad === this) throw new ArgumentError("can't assign Parameter as its own grad");
    if (!sameShape(grad.shape, this.shape)) {
      throw new ShapeError(
        `assigned grad has data of a different size: expected ${formatShape(this.shape)}, got ${formatShape(grad.shape)}`,
      );
    }
    if (grad.dtype !== this.dtype) {
      throw new DTypeError(
        `assigned grad has data of a different type: expected ${this.dtype}, got ${grad.dtype}`,
      );
    }
  }

  override toString(): string {
    return `Parameter containing:\n${formatTensor(this, ['requires_grad=True'])}`;
  }
}
