import {
  ArgumentError,
  BatchNorm2d,
  type MemoryFormat,
  type NestedArray,
  Parameter,
  randn,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const formats: MemoryFormat[] = ['contiguous', 'channelsLast'];

/** 0, 1, 2, ... in logical order. */
function arange(shape: readonly number[], memoryFormat: MemoryFormat = 'contiguous'): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float64Array.from({ length: size }, (_, i) => i),
    shape,
  ).to({ memoryFormat });
}

const at = (values: NestedArray, i: number) => (values as readonly NestedArray[])[i] as NestedArray;

/** `values` with `pick` done at a depth. */
function along(
  values: NestedArray,
  axis: number,
  pick: (values: readonly NestedArray[]) => NestedArray,
): NestedArray {
  const list = values as readonly NestedArray[];
  return axis === 0 ? pick(list) : list.map((each) => along(each, axis - 1, pick));
}

const shapes = [
  [5],
  [4, 3],
  [1, 6],
  [3, 4, 5],
  [1, 4, 5],
  [2, 1, 5],
  [2, 3, 4, 5],
  [1, 3, 4, 5],
  [2, 1, 4, 5],
  [2, 3, 1, 1],
  [1, 1, 4, 5],
  [2, 2, 3, 2, 40],
  [0, 3],
  [3, 0, 2],
];
const cases = shapes.flatMap((shape) =>
  formats
    .filter((format) => format === 'contiguous' || shape.length > 1)
    .map((format) => [shape, format] as const),
);

describe.each(cases)('%j %s', (shape, format) => {
  const t = arange(shape, format);
  const values = t.toArray();
  const axes = shape.map((_, axis) => axis);

  test.each(axes)('select along axis %d', (axis) => {
    const size = shape[axis] as number;
    for (let i = -size; i < size; i++) {
      for (const dim of [axis, axis - shape.length]) {
        const entry = t.select(dim, i);
        expect(entry.shape).toEqual(shape.filter((_, each) => each !== axis));
        expect(entry.toArray()).toEqual(along(values, axis, (list) => list.at(i) as NestedArray));
        expect(entry.dtype).toBe('float64');
      }
    }
  });

  test.each(axes)('slice along axis %d', (axis) => {
    const size = shape[axis] as number;
    const bounds = [-size - 1, -size, -2, -1, 0, 1, 2, size - 1, size, size + 1];
    for (const start of bounds) {
      for (const end of bounds) {
        const some = t.slice(start, end, axis);
        expect(some.memoryFormat).toBe(format);
        expect(some.shape).toEqual(
          shape.map((n, each) => (each === axis ? Array(n).fill(0).slice(start, end).length : n)),
        );
        if (some.size > 0) {
          expect(some.toArray()).toEqual(along(values, axis, (list) => list.slice(start, end)));
        }
      }
    }
    expect(t.slice(undefined, undefined, axis).toArray()).toEqual(values);
    expect(t.slice(1, Number.POSITIVE_INFINITY, axis).shape).toEqual(
      t.slice(1, undefined, axis).shape,
    );
  });

  test('iterates over the first axis', () => {
    const entries = [...t];
    expect(entries.map((entry) => entry.toArray())).toEqual(values);
    expect(entries.every((entry) => entry instanceof Tensor)).toBe(true);
  });
});

describe('memory', () => {
  const shares = (a: Tensor, b: Tensor) => a.data.buffer === b.data.buffer;
  const image = arange([4, 3, 2, 2]);
  const last = arange([4, 3, 2, 2], 'channelsLast');

  test.each<[string, Tensor, Tensor]>([
    ['an entry of a contiguous batch', image, image.select(0, 2)],
    ['a part of a contiguous batch', image, image.slice(1, 3)],
    ['a part of a channels-last batch', last, last.slice(1, 3)],
    ['channels of a single image', image, image.slice(0, 1).slice(1, 3, 1)],
    ['a row of a single channels-last image', last, last.slice(0, 1).select(2, 1)],
    ['a number', image, image.select(0, 2).select(0, 1).select(0, 0).select(0, 1)],
    ['what iterating gives', image, [...image][3] as Tensor],
  ])('of %s is shared', (_, whole, part) => {
    expect(shares(whole, part)).toBe(true);
    const [before] = part.data;
    part.data[0] = -1;
    expect(whole.data).toContain(-1);
    part.data[0] = before as number;
    expect(whole.data).not.toContain(-1);
  });

  test.each<[string, Tensor, Tensor]>([
    ['a channel of several images', image, image.select(1, 0)],
    ['channels of several images', image, image.slice(0, 2, 1)],
    ['an entry of a channels-last batch', last, last.select(0, 2)],
  ])('of %s is its own', (_, whole, part) => {
    expect(shares(whole, part)).toBe(false);
  });

  test('in shared memory stays shared', () => {
    const batch = Tensor.shared([4, 3]);
    expect(batch.select(0, 1).data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('that is gone is refused', () => {
    const t = zeros([4, 3]);
    structuredClone(t.data, { transfer: [t.data.buffer as ArrayBuffer] });
    for (const call of [() => t.select(0, 0), () => t.slice(0, 1), () => [...t]]) {
      expectRefused(call, ArgumentError, 'the memory of the tensor is gone');
    }
  });
});

test('a layer takes parts, and writes into them', () => {
  const bn = new BatchNorm2d(3).eval();
  const batch = randn([4, 3, 5, 5]);
  const out = zeros([4, 3, 5, 5]);
  for (let i = 0; i < 4; i += 2) bn.forward(batch.slice(i, i + 2), { out: out.slice(i, i + 2) });
  expect(out.data).toEqual(bn.forward(batch).data);
});

test('a part of a Parameter is a plain tensor', () => {
  const part = new Parameter(zeros([3])).slice(0, 2);
  expect(part).not.toBeInstanceOf(Parameter);
  expect(part).toBeInstanceOf(Tensor);
});

test('keeps the memory format of what still has batch and channels', () => {
  const t = arange([2, 3, 4, 5], 'channelsLast');
  expect(t.select(3, 0).memoryFormat).toBe('channelsLast');
  expect(t.select(1, 0).memoryFormat).toBe('contiguous');
  expect(t.select(0, 0).memoryFormat).toBe('contiguous');
});

// What PyTorch 2.15 says.
test.each<[string, () => unknown]>([
  [
    'select: index 2 out of range for tensor of size [2, 3, 4] at dimension 0',
    () => arange([2, 3, 4]).select(0, 2),
  ],
  [
    'select: index -4 out of range for tensor of size [2, 3, 4] at dimension 1',
    () => arange([2, 3, 4]).select(-2, -4),
  ],
  [
    'select: Dimension out of range (expected to be in range of [-3, 2], but got 3)',
    () => arange([2, 3, 4]).select(3, 0),
  ],
  [
    'slice: Dimension out of range (expected to be in range of [-3, 2], but got -4)',
    () => arange([2, 3, 4]).slice(0, 1, -4),
  ],
  ['select() cannot be applied to a 0-dim tensor.', () => arange([]).select(0, 0)],
  ['slice() cannot be applied to a 0-dim tensor.', () => arange([]).slice(0, 1)],
  ['select: index should be an integer, got 1.5', () => arange([2]).select(0, 1.5)],
  ["slice: start should be an integer, got '1'", () => arange([2]).slice('1' as never)],
  ['slice: end should be an integer, got null', () => arange([2]).slice(0, null as never)],
  ['slice: axis should be an integer, got Object', () => arange([2]).slice(0, 1, {} as never)],
])('%s', (said, call) => {
  expectRefused(call, ArgumentError, said);
});

test('a single number has no entries', () => {
  const call = () => [...tensor(1)];
  expect(call).toThrow(TypeError);
  expect(call).toThrow('is not iterable');
});

test('test runners compare tensors, which they ask for their entries', () => {
  expect(arange([2, 3])).toEqual(arange([2, 3]));
  expect(tensor(1)).toEqual(tensor(1));
  expect(arange([2, 3])).not.toEqual(arange([3, 2]));
  expect(tensor([[1, 2]])).not.toEqual(tensor([[1, 3]]));
  expect(at(arange([2, 3]).toArray(), 1)).toEqual([3, 4, 5]);
});

test('dims is the shape', () => {
  const t = zeros([2, 3]);
  expect(t.dims).toBe(t.shape);
  expect(Object.keys(t)).not.toContain('dims');
});
