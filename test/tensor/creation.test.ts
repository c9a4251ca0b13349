import {
  ArgumentError,
  DTypeError,
  empty,
  full,
  ones,
  rand,
  randn,
  ShapeError,
  type Tensor,
  type TensorOptions,
  tensor,
  zeros,
} from 'batchnorm';
import { emptyLike } from '../../lib/tensor/creation';

describe('tensor of nested arrays', () => {
  test('copies the values as float32', () => {
    const t = tensor([
      [1, 2, 3],
      [4, 5, 0.1],
    ]);
    expect(t.data).toEqual(new Float32Array([1, 2, 3, 4, 5, 0.1]));
    expect(t.shape).toEqual([2, 3]);
    expect(t).toMatchObject({ dtype: 'float32', memoryFormat: 'contiguous', size: 6, ndim: 2 });
  });

  test('takes a dtype', () => {
    const t = tensor([0.1], undefined, { dtype: 'float64' });
    expect(t.data).toEqual(new Float64Array([0.1]));
    expect(t.dtype).toBe('float64');
  });

  test('takes a shape for values in logical order', () => {
    expect(tensor([1, 2, 3, 4], [2, 2]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        [4],
      ).toArray(),
    ).toEqual([1, 2, 3, 4]);
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(
      new ShapeError('tensor: data has 3 elements, but shape [2, 2] needs 4'),
    );
  });

  test('stores them in the memory format', () => {
    const values = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ];
    const t = tensor(values, undefined, { memoryFormat: 'channelsLast' });
    expect(t.shape).toEqual([1, 3, 2]);
    expect(Array.from(t.data)).toEqual([1, 3, 5, 2, 4, 6]);
    expect(t.toArray()).toEqual(values);
  });

  test('makes a scalar of a number', () => {
    const t = tensor(3);
    expect(t.shape).toEqual([]);
    expect(t.item()).toBe(3);
    expect(t.toArray()).toBe(3);
    expect(String(t)).toBe('tensor(3.)');
  });

  test('keeps empty dimensions', () => {
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test.each<[string, unknown, string]>([
    [
      'a longer row',
      [
        [1, 2],
        [1, 2, 3],
      ],
      'expected sequence of length 2 at dim 1 (got 3)',
    ],
    ['an empty row', [[1], []], 'expected sequence of length 1 at dim 1 (got 0)'],
    ['a number among rows', [[1, 2], 3], 'length 2 at dim 1 (got the number 3)'],
    ['null among rows', [[1, 2], null], 'length 2 at dim 1 (got null)'],
    ['a row among numbers', [1, [2]], 'expected a number at dim 1 (got a sequence of length 1)'],
  ])('refuses %s', (_, values, message) => {
    expect(() => tensor(values as number[])).toThrow(ShapeError);
    expect(() => tensor(values as number[])).toThrow(message);
  });

  test('refuses arrays within themselves', () => {
    const values: unknown[] = [];
    values.push(values);
    expect(() => tensor(values as number[])).toThrow('too many dimensions');
  });

  test.each<[string, unknown]>([
    ["'1'", ['1']],
    ['null', [null]],
    ['undefined', [1, undefined]],
    ['true', [[true]]],
    ['1n', [1n]],
    ['-9223372036854775808n', [-(2n ** 63n)]],
    ['a bigint beyond 64 bits', [2n ** 63n]],
    ['Float32Array', [new Float32Array(2)]],
    ["'text'", 'text'],
    ['Object', { length: 2 }],
    ['undefined', undefined],
  ])('refuses %s as a value', (name, values) => {
    expect(() => tensor(values as number[])).toThrow(ArgumentError);
    expect(() => tensor(values as number[])).toThrow(`got ${name}`);
  });

  test('refuses a sparse array', () => {
    const values = [1, 2, 3];
    delete values[1];
    expect(() => tensor(values)).toThrow('values must be numbers, got undefined');
  });
});

describe('tensor of a typed array', () => {
  test.each([
    ['float32', new Float32Array(6)],
    ['float64', new Float64Array(6)],
  ] as const)('of %s takes the array itself', (dtype, data) => {
    const t = tensor(data, [2, 3]);
    expect(t.data).toBe(data);
    expect(t.dtype).toBe(dtype);
    expect(tensor(data).shape).toEqual([6]);
    expect(tensor(data, [6], { dtype }).data).toBe(data);
  });

  test('over a SharedArrayBuffer, or a part of a buffer, takes the array itself', () => {
    const shared = new Float32Array(new SharedArrayBuffer(16));
    const part = new Float32Array(10).subarray(3, 5);
    expect(tensor(shared).data).toBe(shared);
    expect(tensor(part).data).toBe(part);
  });

  test('converts to another dtype', () => {
    const data = new Float64Array([0.1, 1e300]);
    const t = tensor(data, [2], { dtype: 'float32' });
    expect(t.data).toEqual(new Float32Array([0.1, Number.POSITIVE_INFINITY]));
  });

  test('reads the data in the memory format', () => {
    const data = new Float32Array([1, 3, 5, 2, 4, 6]);
    const t = tensor(data, [1, 3, 2], { memoryFormat: 'channelsLast' });
    expect(t.data).toBe(data);
    expect(t.toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ]);
  });

  test.each([
    new Int8Array([1, 2]),
    new Uint8ClampedArray([1, 2]),
    new Uint16Array([1, 2]),
    new Int32Array([1, 2]),
    new BigInt64Array([1n, 2n]),
    new BigUint64Array([1n, 2n]),
  ])('of integers needs a dtype: %p', (values) => {
    const kind = values[Symbol.toStringTag];
    expect(() => tensor(values)).toThrow(DTypeError);
    expect(() => tensor(values)).toThrow(`tensor: ${kind} needs an explicit dtype`);
    expect(tensor(values, [2], { dtype: 'float32' }).data).toEqual(new Float32Array([1, 2]));
  });
});

const creators: [string, (shape: readonly number[], options?: TensorOptions) => Tensor][] = [
  ['zeros', zeros],
  ['ones', ones],
  ['empty', empty],
  ['rand', rand],
  ['randn', randn],
  ['full', (shape, options) => full(shape, 0.5, options)],
];

describe.each(creators)('%s', (name, create) => {
  test('has the shape, dtype and memory format asked for', () => {
    const t = create([2, 3, 4], { dtype: 'float64', memoryFormat: 'channelsLast' });
    expect(t.shape).toEqual([2, 3, 4]);
    expect(t).toMatchObject({ dtype: 'float64', memoryFormat: 'channelsLast', size: 24 });
    expect(t.data).toBeInstanceOf(Float64Array);
    expect(create([2])).toMatchObject({ dtype: 'float32', memoryFormat: 'contiguous' });
  });

  test('makes scalars and empty tensors', () => {
    expect(create([]).size).toBe(1);
    expect(Object.is(create([-0]).shape[0], 0)).toBe(true);
    expect(create([0, 2 ** 50, 2 ** 50]).data).toHaveLength(0);
  });

  test('refuses bad sizes', () => {
    expect(() => create([2, -3])).toThrow(
      new ShapeError(`${name}: sizes must be non-negative, got shape [2, -3] with -3 at dim 1`),
    );
    expect(() => create([1.5])).toThrow(
      new ShapeError(`${name}: shape must hold integers, got 1.5 at dim 0`),
    );
    expect(() => create(['2'] as unknown as number[])).toThrow(ShapeError);
    expect(() => create([Number.NaN])).toThrow(ShapeError);
    expect(() => create([2 ** 30, 2 ** 30])).toThrow(/too many elements/);
    expect(() => create(new Array(129).fill(1))).toThrow(/too many dimensions: 129/);
  });

  test('refuses a shape that is no array', () => {
    for (const shape of [3, '23', null, undefined, { 0: 2, length: 1 }]) {
      expect(() => create(shape as unknown as number[])).toThrow(ArgumentError);
      expect(() => create(shape as unknown as number[])).toThrow(
        `${name}: shape must be an array of integers such as [2, 3]`,
      );
    }
  });

  test('says how much memory it could not get', () => {
    expect(() => create([2 ** 45])).toThrow(ArgumentError);
    expect(() => create([2 ** 45])).toThrow(
      'cannot allocate 140737488355328 bytes for 35184372088832 float32 elements',
    );
  });

  test('refuses bad options', () => {
    expect(() => create([2], { dtype: 'int8' } as unknown as TensorOptions)).toThrow(
      new DTypeError(`${name}: dtype must be 'float32' or 'float64', got 'int8'`),
    );
    expect(() => create([2], { memoryFormat: 'NHWC' } as unknown as TensorOptions)).toThrow(
      new ArgumentError(
        `${name}: memoryFormat must be 'contiguous' or 'channelsLast', got 'NHWC': did you mean 'channelsLast'?`,
      ),
    );
    expect(() => create([2], { memory_format: 1 } as unknown as TensorOptions)).toThrow(
      new ArgumentError(
        `${name}: unknown option 'memory_format', the options are dtype, memoryFormat: did you mean memoryFormat?`,
      ),
    );
    for (const [options, got] of [
      ['float64', "'float64': did you mean { dtype: 'float64' }?"],
      [null, 'null'],
      [[], 'Array'],
    ]) {
      expect(() => create([2], options as unknown as TensorOptions)).toThrow(
        new ArgumentError(
          `${name}: options should be an object of dtype, memoryFormat, got ${got}`,
        ),
      );
    }
    expect(() => create([2], { memoryFormat: 'channelsLast' })).toThrow(
      new ShapeError(
        `${name}: channelsLast needs a shape (N, C, ...) of 2 dimensions or more, got [2]`,
      ),
    );
  });
});

test('the fillers fill', () => {
  expect(Array.from(zeros([3]).data)).toEqual([0, 0, 0]);
  expect(Array.from(ones([3]).data)).toEqual([1, 1, 1]);
  expect(Array.from(full([3], -2.5).data)).toEqual([-2.5, -2.5, -2.5]);
  expect(() => full([3], '1' as unknown as number)).toThrow(ArgumentError);
});

test('emptyLike copies shape, dtype and memory format, not memory', () => {
  const like = ones([2, 3, 4], { dtype: 'float64', memoryFormat: 'channelsLast' });
  const t = emptyLike(like);
  expect(t.shape).toEqual([2, 3, 4]);
  expect(t).toMatchObject({ dtype: 'float64', memoryFormat: 'channelsLast' });
  expect(t.data.buffer).not.toBe(like.data.buffer);
});
