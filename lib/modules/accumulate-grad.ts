import { requireMemory } from '../tensor/memory';
import { Parameter } from '../tensor/parameter';
import { Tensor } from '../tensor/tensor';

/** Whether backward is to add to the `grad` of a tensor; a buffer has none. */
export function requiresGrad(parameter: Tensor | null): parameter is Parameter {
  return parameter instanceof Parameter && parameter.requiresGrad;
}

/** Refuses a parameter whose `grad` cannot be added to; its shape and dtype are sure to fit. */
export function checkGrad(caller: string, name: string, parameter: Tensor | null): void {
  const grad = requiresGrad(parameter) ? parameter.grad : null;
  if (grad !== null) requireMemory(caller, `${name}.grad`, grad.data, grad.size);
}

/** Memory for that many gradients: the same as before where it had as many. */
export function roomFor(count: number, before: Float64Array | null): Float64Array {
  return before !== null && before.length === count ? before : new Float64Array(count);
}

/** grad += gradient, added in float64 and rounded once, where the parameter requires it. */
export function accumulateGrad(parameter: Tensor | null, gradient: Float64Array): void {
  if (!requiresGrad(parameter)) return;
  const { grad, dtype, shape } = parameter;
  if (grad === null) {
    const data = dtype === 'float64' ? gradient.slice() : new Float32Array(gradient);
    parameter.grad = new Tensor(data, shape);
    return;
  }
  const { data } = grad;
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (gradient[i] as number);
}
