import { inspect } from 'node:util';
import {
  ArgumentError,
  DTypeError,
  type FloatArray,
  type MemoryFormat,
  type NestedArray,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';

/** 0, 1, 2, ... in logical order. */
function arange(shape: number[], memoryFormat: MemoryFormat = 'contiguous'): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, (_, i) => i);
  return tensor(values, shape, { memoryFormat });
}

describe('the constructor', () => {
  test('keeps the array and freezes a copy of the shape', () => {
    const data = new Float64Array(6);
    const shape = [2, 3];
    const t = new Tensor(data, shape);
    shape[0] = 9;
    expect(t.data).toBe(data);
    expect(t.shape).toEqual([2, 3]);
    expect(Object.isFrozen(t.shape)).toBe(true);
    expect(t).toMatchObject({ dtype: 'float64', memoryFormat: 'contiguous', size: 6, ndim: 2 });
  });

  test('refuses data of another type', () => {
    for (const data of [[1, 2], new Int32Array(2), new DataView(new ArrayBuffer(8)), null, 'ab']) {
      expect(() => new Tensor(data as unknown as FloatArray, [2])).toThrow(DTypeError);
    }
    expect(() => new Tensor(new Int32Array(2) as unknown as FloatArray, [2])).toThrow(
      'Tensor: data must be a Float32Array or a Float64Array, got Int32Array',
    );
  });

  test('refuses data that the shape does not fit', () => {
    expect(() => new Tensor(new Float32Array(5), [2, 3])).toThrow(
      new ShapeError('Tensor: data has 5 elements, but shape [2, 3] needs 6'),
    );
  });

  test('refuses an unknown memory format', () => {
    const format = 'channels_last' as MemoryFormat;
    expect(() => new Tensor(new Float32Array(4), [2, 2], format)).toThrow(ArgumentError);
    expect(() => new Tensor(new Float32Array(4), [4], 'channelsLast')).toThrow(ShapeError);
  });
});

describe('toArray', () => {
  test.each([[[]], [[3]], [[2, 3]], [[2, 3, 4]], [[2, 3, 2, 2]], [[2, 2, 1, 3, 2]], [[2, 0, 3]]])(
    'nests %j in logical order, in both memory formats',
    (shape) => {
      let next = 0;
      const expected = (dim: number): NestedArray =>
        dim === shape.length
          ? next++
          : Array.from({ length: shape[dim] as number }, () => expected(dim + 1));
      const nested = expected(0);
      expect(arange(shape).toArray()).toEqual(nested);
      if (shape.length >= 2) expect(arange(shape, 'channelsLast').toArray()).toEqual(nested);
    },
  );
});

describe('item', () => {
  test('gives the only element', () => {
    expect(tensor(2.5).item()).toBe(2.5);
    expect(tensor([[[-7]]]).item()).toBe(-7);
  });

  test.each([0, 3])('refuses %i elements', (size) => {
    expect(() => zeros([size]).item()).toThrow(ArgumentError);
    expect(() => zeros([size]).item()).toThrow(
      `a Tensor with ${size} elements cannot be converted to Scalar`,
    );
  });
});

test('clone copies the memory and keeps the rest', () => {
  const t = arange([2, 3, 4], 'channelsLast');
  const copy = t.clone();
  expect(copy.data).toEqual(t.data);
  expect(copy.memoryFormat).toBe('channelsLast');
  expect(copy.shape).toEqual([2, 3, 4]);
  copy.data.fill(9);
  expect(t.data[1]).not.toBe(9);
});

describe('memory that was taken away', () => {
  test.each<[string, (t: Tensor) => unknown]>([
    ['toArray', (t) => t.toArray()],
    ['item', (t) => t.item()],
    ['clone', (t) => t.clone()],
    ['reshape', (t) => t.reshape([-1])],
    ['to', (t) => t.to({})],
    ['to', (t) => t.to({ dtype: 'float64' })],
    ['toString', (t) => String(t)],
    ['toString', (t) => inspect(t)],
  ])('is refused by %s', (method, call) => {
    const t = tensor([[1], [2]]);
    structuredClone(t.data, { transfer: [t.data.buffer as ArrayBuffer] });
    expect(() => call(t)).toThrow(
      new ArgumentError(
        `${method}: the memory of the tensor is gone: it should hold 2 elements and holds 0, because its buffer was detached (transferred) or resized`,
      ),
    );
  });

  test('is no loss to a tensor without elements', () => {
    const t = zeros([0]);
    structuredClone(t.data, { transfer: [t.data.buffer as ArrayBuffer] });
    expect([t.toArray(), t.clone().size, String(t)]).toEqual([[], 0, 'tensor([])']);
    expect(t.to({ dtype: 'float64' }).size).toBe(0);
  });
});

describe('reshape', () => {
  test('of a contiguous tensor shares memory', () => {
    const t = arange([2, 6]);
    const view = t.reshape([3, -1]);
    expect(view.shape).toEqual([3, 4]);
    expect(view.data).toBe(t.data);
    expect(t.reshape([-1]).shape).toEqual([12]);
    expect(
      tensor([[5]])
        .reshape([])
        .toArray(),
    ).toBe(5);
  });

  test('of a channels-last tensor keeps logical order', () => {
    const t = arange([2, 3, 4], 'channelsLast');
    const flat = t.reshape([24]);
    expect(flat.memoryFormat).toBe('contiguous');
    expect(flat.toArray()).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(flat.data).not.toBe(t.data);
  });

  test('of a channels-last tensor that is in order anyway shares memory', () => {
    for (const shape of [
      [4, 6],
      [4, 1, 6],
      [4, 6, 1, 1],
    ]) {
      const t = arange(shape, 'channelsLast');
      expect(t.reshape([24]).data).toBe(t.data);
      expect(t.reshape([24]).toArray()).toEqual(arange([24]).toArray());
    }
  });

  test.each([
    [[2, 5], "shape '[2, 5]' is invalid for input of size 6"],
    [[4, -1], "shape '[4, -1]' is invalid for input of size 6"],
    [[0, -1], "shape '[0, -1]' is invalid for input of size 6"],
    [[-1, -1], 'only one dimension can be inferred'],
    [[-2, 3], 'invalid shape dimension -2'],
  ])('refuses %j', (shape, message) => {
    expect(() => arange([2, 3]).reshape(shape)).toThrow(ShapeError);
    expect(() => arange([2, 3]).reshape(shape)).toThrow(message);
  });

  test('of an empty tensor', () => {
    expect(zeros([0, 3]).reshape([-1, 2]).shape).toEqual([0, 2]);
    expect(zeros([0, 3]).reshape([5, 0]).shape).toEqual([5, 0]);
    expect(() => zeros([0, 3]).reshape([0, -1])).toThrow(
      'cannot reshape tensor of 0 elements into shape [0, -1] because the unspecified dimension size -1 can be any value and is ambiguous',
    );
  });
});

describe('to', () => {
  test('returns the tensor itself where nothing changes', () => {
    const t = arange([2, 3]);
    expect(t.to({})).toBe(t);
    expect(t.to({ dtype: 'float32', memoryFormat: 'contiguous' })).toBe(t);
  });

  test('converts the dtype and keeps the memory format', () => {
    const t = arange([2, 3, 4], 'channelsLast').to({ dtype: 'float64' });
    expect(t).toMatchObject({ dtype: 'float64', memoryFormat: 'channelsLast' });
    expect(t.data).toBeInstanceOf(Float64Array);
    expect(t.toArray()).toEqual(arange([2, 3, 4]).toArray());
  });

  test.each([
    [[3, 4]],
    [[2, 3, 5]],
    [[2, 3, 4, 5]],
    [[2, 3, 2, 2, 2]],
    [[1, 37, 41]],
    [[3, 1, 4]],
    [[2, 0, 4]],
  ])('changes the memory format of %j and back', (shape) => {
    const contiguous = arange(shape);
    const channelsLast = contiguous.to({ memoryFormat: 'channelsLast' });
    const [n = 1, c = 1, ...spatial] = shape;
    const s = spatial.reduce((product, size) => product * size, 1);
    const expected: number[] = [];
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < s; k++) {
        for (let j = 0; j < c; j++) expected.push((i * c + j) * s + k);
      }
    }
    expect(Array.from(channelsLast.data)).toEqual(expected);
    expect(channelsLast.shape).toEqual(shape);
    expect(channelsLast.data).not.toBe(contiguous.data);
    expect(channelsLast.to({ memoryFormat: 'contiguous' }).data).toEqual(contiguous.data);
  });

  test('changes both at once', () => {
    const t = arange([2, 3, 4]).to({ dtype: 'float64', memoryFormat: 'channelsLast' });
    expect(t.data).toEqual(Float64Array.from(arange([2, 3, 4], 'channelsLast').data));
  });

  test('refuses what it does not know', () => {
    expect(() => arange([2]).to({ dtype: 'half' as 'float32' })).toThrow(DTypeError);
    expect(() => arange([2]).to({ memoryFormat: 'channelsLast' })).toThrow(ShapeError);
    expect(() => arange([2]).to('float64' as unknown as object)).toThrow(ArgumentError);
  });
});
