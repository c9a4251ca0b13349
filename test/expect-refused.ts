import type { BatchNormError, Tensor } from 'batchnorm';

type ErrorClass = abstract new (...args: never[]) => BatchNormError;

/** Demands that `call` throws this error and leaves the tensors as they are; returns its message. */
export function expectRefused(
  call: () => unknown,
  type: ErrorClass,
  message: string,
  untouched: readonly Tensor[] = [],
): string {
  const before = untouched.map(values);
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
  expect(untouched.map(values)).toEqual(before);
  return said;
}

/** The elements; none where the memory was taken away, which an iterator would not stand. */
function values({ data }: Tensor): (number | undefined)[] {
  return Array.from({ length: data.length }, (_, i) => data[i]);
}
