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
  #requiresGrad: boolean;

  /**
   * Takes the memory of `data`, without a copy, as `torch.nn.Parameter(data, requires_grad)` does.
   *
   * @throws ArgumentError where `requiresGrad` is no boolean.
   */
  constructor(data: Tensor<D>, requiresGrad?: boolean);
  constructor(data: TensorLike, requiresGrad?: boolean);
  constructor(data: TensorLike, requiresGrad = true) {
    const source = asTensor(data, 'Parameter');
    super(source.data as FloatArray<D>, source.shape, source.memoryFormat, 'Parameter');
    this.#requiresGrad = checkRequiresGrad(requiresGrad);
  }

  /**
   * Whether `backward` adds to {@link grad}; true unless told. What counts is its value at the time
   * of the `backward`, which gives the gradient of its input all the same. A `grad` that is there
   * stays. `Module.requiresGrad_` sets it for all parameters inside.
   *
   * @throws ArgumentError on assigning anything but a boolean
   */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  set requiresGrad(requiresGrad: boolean) {
    this.#requiresGrad = checkRequiresGrad(requiresGrad);
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
    return `Parameter containing:\n${formatTensor(this, this.#requiresGrad ? ['requires_grad=True'] : [])}`;
  }
}

// By PyTorch's own spelling JavaScript would make a field that nothing reads.
Object.defineProperty(Parameter.prototype, 'requires_grad', {
  set() {
    throw new ArgumentError('Parameter has no requires_grad: set requiresGrad');
  },
});

function checkRequiresGrad(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(
    `requires_grad must be a bool: requiresGrad is true or false, got ${nameOf(value)}`,
  );
}
