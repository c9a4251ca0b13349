import fc from 'fast-check';

/** Numbers at which sizes and offsets go wrong. */
const edges = [0, 1, 2, 3, 7, 8, 255, 65535, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, 2 ** 53, 2 ** 64]
  .map(String)
  .concat('-1', '1e2', '0.5', '01', '""', '[]', '{}', 'null', '9'.repeat(400));

type Mutation = (bytes: Buffer) => Buffer;

/** Where in `length` bytes: anywhere, and often near the beginning, where headers are. */
const place = fc
  .oneof(fc.nat({ max: 400 }), fc.nat())
  .map((n) => (length: number) => n % (length + 1));

const changedByte: fc.Arbitrary<Mutation> = fc
  .tuple(place, fc.nat({ max: 255 }))
  .map(([at, byte]) => (bytes) => {
    const changed = Buffer.from(bytes);
    if (bytes.length > 0) changed[at(bytes.length - 1)] = byte;
    return changed;
  });

/** Near the end, where most files have elements, which may be anything. */
const changedElement: fc.Arbitrary<Mutation> = fc
  .tuple(fc.nat({ max: 15 }), fc.nat({ max: 255 }))
  .map(([fromEnd, byte]) => (bytes) => {
    const changed = Buffer.from(bytes);
    if (fromEnd < bytes.length) changed[bytes.length - 1 - fromEnd] = byte;
    return changed;
  });

const cutOff: fc.Arbitrary<Mutation> = place.map(
  (at) => (bytes) => bytes.subarray(0, at(bytes.length)),
);

/** Some of the bytes once more, somewhere. */
const copied: fc.Arbitrary<Mutation> = fc
  .tuple(place, place, fc.nat({ max: 100 }))
  .map(([from, to, length]) => (bytes) => {
    const begin = from(bytes.length);
    const end = to(bytes.length);
    const copy = bytes.subarray(begin, begin + length);
    return Buffer.concat([bytes.subarray(0, end), copy, bytes.subarray(end)]);
  });

/** One of the integers that stand in the bytes as text. */
const otherNumber: fc.Arbitrary<Mutation> = fc
  .tuple(fc.nat(), fc.oneof(fc.constantFrom(...edges), fc.nat({ max: 300 }).map(String)))
  .map(([which, edge]) => (bytes) => {
    const text = bytes.toString('latin1');
    const numbers = [...text.matchAll(/(?<=[[(, :])\d+(?=[\]), }])/g)];
    const number = numbers[which % Math.max(1, numbers.length)];
    if (number === undefined) return bytes;
    const rest = text.slice(number.index + number[0].length);
    return Buffer.from(text.slice(0, number.index) + edge + rest, 'latin1');
  });

const mutation = fc.oneof(
  { arbitrary: changedByte, weight: 6 },
  { arbitrary: changedElement, weight: 3 },
  { arbitrary: otherNumber, weight: 3 },
  { arbitrary: cutOff, weight: 1 },
  { arbitrary: copied, weight: 2 },
);

/** One or two changes of a file. */
export const mutations: fc.Arbitrary<Mutation> = fc
  .array(mutation, { minLength: 1, maxLength: 2 })
  .map((all) => (bytes) => all.reduce((changed, change) => change(changed), bytes));

/**
 * What `load` returns, or null where it refuses the file by an error of its own; without taking more
 * than `bound` bytes of memory in either case.
 */
export function loadOrRefuse<T>(load: () => T, bound: number): T | null {
  const before = process.memoryUsage().arrayBuffers;
  try {
    return load();
  } catch (error) {
    expect(error).toMatchObject({ name: 'FormatError', code: 'ERR_BATCHNORM_FORMAT' });
    return null;
  } finally {
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bound);
  }
}
