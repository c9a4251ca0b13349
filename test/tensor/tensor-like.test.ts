import { runInNewContext } from 'node:vm';
import { ArgumentError, DTypeError, ShapeError, type TensorLike, tensor, zeros } from 'batchnorm';
import { asTensor } from '../../lib/tensor/tensor-like';

const data = new Float32Array([0, 1, 2, 3, 4, 5]);

describe('asTensor takes without a copy', () => {
  test('a Tensor, as itself', () => {
    const t = zeros([2]);
    expect(asTensor(t, 'input')).toBe(t);
  });

  test('{ data, shape }', () => {
    const t = asTensor({ data, shape: [2, 3] }, 'input');
    expect(t.data).toBe(data);
    expect(t).toMatchObject({ dtype: 'float32', memoryFormat: 'contiguous' });
    const last = asTensor({ data, shape: [1, 3, 2], memoryFormat: 'channelsLast' }, 'input');
    expect(last.memoryFormat).toBe('channelsLast');
    expect(last.data).toBe(data);
  });

  test('a tensor of onnxruntime, by its type too', () => {
    interface OrtTensor {
      readonly data: Float32Array | Float64Array | Uint8Array | BigInt64Array | string[];
      readonly dims: readonly number[];
      readonly type: string;
    }
    const ort: OrtTensor = { data, dims: [3, 2], type: 'float32' };
    const t = asTensor(ort, 'input');
    expect(t.data).toBe(data);
    expect(t.shape).toEqual([3, 2]);
  });

  test('an array of another realm', () => {
    const foreign = runInNewContext('({ data: new Float64Array(4), shape: [2, 2] })');
    const t = asTensor(foreign, 'input');
    expect(t.data).toBe(foreign.data);
    expect(t.dtype).toBe('float64');
  });

  test('a structured clone of a tensor', () => {
    const t = tensor(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      undefined,
      { memoryFormat: 'channelsLast' },
    );
    const copy = asTensor(structuredClone(t) as unknown as TensorLike, 'input');
    expect(copy.toArray()).toEqual(t.toArray());
  });
});

describe('asTensor takes an ndarray', () => {
  const strided = (shape: number[], stride: number[], offset = 0) => ({
    data,
    shape,
    stride,
    offset,
  });

  test('whose strides are contiguous', () => {
    const t = asTensor(strided([1, 2, 3], [6, 3, 1]), 'input');
    expect(t.data).toBe(data);
    expect(t.memoryFormat).toBe('contiguous');
  });

  test('whose strides are channels last', () => {
    const t = asTensor(strided([1, 3, 2], [6, 1, 3]), 'input');
    expect(t.data).toBe(data);
    expect(t.memoryFormat).toBe('channelsLast');
    expect(t.toArray()).toEqual([
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
    ]);
  });

  test('that is a part of a larger array, over the same memory', () => {
    const t = asTensor(strided([2, 2], [2, 1], 1), 'input');
    expect(t.data.buffer).toBe(data.buffer);
    expect(t.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('whatever the strides of sizes 0 and 1', () => {
    expect(asTensor(strided([1, 6, 1], [99, 1, -7]), 'input').memoryFormat).toBe('contiguous');
    expect(asTensor(strided([0, 3], [5, 5]), 'input').size).toBe(0);
    expect(asTensor(strided([], [], 4), 'input').item()).toBe(4);
  });

  test.each([
    [
      [2, 3],
      [1, 2],
    ],
    [
      [3, 2],
      [2, -1],
    ],
    [
      [2, 2],
      [3, 1],
    ],
    [[2, 3], [3]],
    [[6], [1, 1]],
  ])('but refuses shape %j with strides %j', (shape, stride) => {
    expect(() => asTensor(strided(shape, stride), 'input')).toThrow(ShapeError);
    expect(() => asTensor(strided(shape, stride), 'input')).toThrow(
      /^input: strides .* are neither contiguous nor channels last; copy/,
    );
  });

  test('but refuses an offset that leaves the data', () => {
    expect(() => asTensor(strided([2, 3], [3, 1], 1), 'input')).toThrow(
      new ShapeError('input: data has 6 elements, but shape [2, 3] at offset 1 needs 7'),
    );
    for (const offset of [-1, 0.5, '1', Number.NaN]) {
      expect(() => asTensor({ ...strided([2], [1]), offset } as TensorLike, 'input')).toThrow(
        ArgumentError,
      );
    }
  });

  test('but refuses elements that are no floats', () => {
    const ndarray = { ...strided([6], [1]), data: [0, 1, 2, 3, 4, 5] };
    expect(() => asTensor(ndarray as unknown as TensorLike, 'input')).toThrow(DTypeError);
  });
});

test('asTensor begins its errors with the caller, where it is told', () => {
  for (const [value, message] of [
    [3, 'f: x must be a Tensor'],
    [{ data, shape: [7] }, 'f: x: data has 6 elements, but shape [7] needs 7'],
    [{ data, shape: [6], stride: [2], offset: 0 }, 'f: x: strides [2] of shape [6]'],
  ] as const) {
    expect(() => asTensor(value as TensorLike, 'x', 'f')).toThrow(message);
  }
});

describe('asTensor refuses', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['3', 3],
    ['a function', () => data],
    ['Object', {}],
    ['Object', { data }],
    ['Object', { shape: [6] }],
    ['Promise; await it', Promise.resolve(data)],
    ['Array; tensor(values, shape) makes a Tensor of it', [1, 2]],
    ['Float32Array; tensor(values, shape) makes a Tensor of it', data],
  ])('%s', (name, value) => {
    expect(() => asTensor(value as TensorLike, 'gradOutput')).toThrow(
      new ArgumentError(
        `gradOutput must be a Tensor, { data, shape }, { data, dims } or an ndarray, got ${name}`,
      ),
    );
  });

  test('other element types', () => {
    const ort = { data: new Uint8Array(2), dims: [2] };
    expect(() => asTensor(ort, 'input')).toThrow(
      new DTypeError('input: data must be a Float32Array or a Float64Array, got Uint8Array'),
    );
  });

  test('a shape that does not fit, naming the argument', () => {
    expect(() => asTensor({ data, shape: [2, 2] }, 'input')).toThrow(
      new ShapeError('input: data has 6 elements, but shape [2, 2] needs 4'),
    );
    expect(() => asTensor({ data, dims: ['6'] as unknown as number[] }, 'input')).toThrow(
      new ShapeError("input: shape must hold integers, got '6' at dim 0"),
    );
  });

  test('memory that is gone', () => {
    const t = zeros([4]);
    structuredClone(t.data.buffer, { transfer: [t.data.buffer as ArrayBuffer] });
    expect(() => asTensor(t, 'input')).toThrow(ArgumentError);
    expect(() => asTensor(t, 'input', 'f')).toThrow(/^f: the memory of input is gone/);
    expect(() => asTensor(t, 'input')).toThrow(
      'the memory of input is gone: it should hold 4 elements and holds 0, because its buffer was detached (transferred) or resized',
    );
  });
});

test('asTensor reads each property of a hostile object once', () => {
  const reads: string[] = [];
  const sizes = new Proxy([2, 3], {
    get(target, key) {
      if (key === '0' || key === '1') reads.push(`shape[${key}]`);
      return Reflect.get(target, key);
    },
  });
  const hostile = {
    get data() {
      reads.push('data');
      return data;
    },
    get shape() {
      reads.push('shape');
      return sizes;
    },
    get memoryFormat() {
      reads.push('memoryFormat');
      return 'contiguous' as const;
    },
  };
  expect(asTensor(hostile, 'input').shape).toEqual([2, 3]);
  expect(reads.sort()).toEqual(['data', 'memoryFormat', 'shape', 'shape[0]', 'shape[1]']);
});
