import { type Module, type Parameter, Tensor } from 'batchnorm';

/** The very bits of a tensor, and how they are to be read. */
export function bits(tensor: Tensor): unknown {
  const { data, shape, dtype, memoryFormat } = tensor;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { bytes: bytes.toString('base64'), shape: [...shape], dtype, memoryFormat };
}

/** Those of all that a module holds, and of the gradients that it has accumulated. */
export function stateBits(module: Module): unknown {
  const state = Object.entries(module.stateDict()).map(([key, value]) => [
    key,
    value instanceof Tensor ? bits(value) : value,
  ]);
  const grads = module.parameters().map(({ grad }: Parameter) => grad && bits(grad));
  return { state, grads };
}

/** A tensor in shared memory with the same elements. */
export function toShared(tensor: Tensor): Tensor {
  const { shape, dtype, memoryFormat } = tensor;
  const shared = Tensor.shared(shape, { dtype, memoryFormat });
  shared.data.set(tensor.data);
  return shared;
}
