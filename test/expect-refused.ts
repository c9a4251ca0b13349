import type { BatchNormError, Tensor } from 'batchnorm';

type ErrorClass = abstract new (...args: never[]) => BatchNormError;

/** Demands that `call` throws this error and leaves the tensors as they are. */
export function expectRefused(
  call: () => unknown,
  type: ErrorClass,
  message: string,
  untouched: readonly Tensor[] = [],
): void {
  const before = untouched.map(({ data }) => Array.from(data));
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(type);
  const { message: said, code } = thrown as BatchNormError;
  expect(said).toContain(message);
  expect(code).toMatch(/^ERR_BATCHNORM_/);
  expect(untouched.map(({ data }) => Array.from(data))).toEqual(before);
}
