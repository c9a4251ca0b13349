import type { Module, Tensor } from 'batchnorm';

export function tensors(module: Module): Tensor[] {
  return [...module.parameters(), ...module.buffers()];
}

/** The copy is the same module, and nothing that is done to the one reaches the other. */
export function isIndependent<M extends Module>(source: M, copy: M = source.clone()): M {
  expect(copy).not.toBe(source);
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(source));
  expect(String(copy)).toBe(String(source));
  expect(copy.namedModules().map(([name, one]) => [name, one.constructor, one.training])).toEqual(
    source.namedModules().map(([name, one]) => [name, one.constructor, one.training]),
  );
  expect(Object.entries(copy.stateDict())).toEqual(Object.entries(source.stateDict()));
  expect(copy.namedBuffers().map(([name]) => name)).toEqual(
    source.namedBuffers().map(([name]) => name),
  );
  const buffers = new Set(tensors(source).map(({ data }) => data.buffer));
  for (const [i, own] of tensors(copy).entries()) {
    const theirs = tensors(source)[i] as Tensor;
    expect(own).not.toBe(theirs);
    expect(own.constructor).toBe(theirs.constructor);
    expect([own.dtype, own.memoryFormat]).toEqual([theirs.dtype, theirs.memoryFormat]);
    expect(buffers.has(own.data.buffer)).toBe(false);
  }
  for (const module of source.modules()) expect(copy.modules()).not.toContain(module);
  const before = JSON.stringify(copy.stateDict());
  for (const { data } of tensors(source)) data.fill(-7);
  expect(JSON.stringify(copy.stateDict())).toBe(before);
  return copy;
}
