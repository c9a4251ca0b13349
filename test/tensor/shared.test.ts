import { types } from 'node:util';
import {
  ArgumentError,
  asTensor,
  DTypeError,
  functional as F,
  ones,
  Parameter,
  randn,
  ShapeError,
  Tensor,
  zeros,
} from 'batchnorm';
import { isShared } from '../../lib/tensor/shared';
import { takeAway } from '../take-away';

describe('Tensor.shared', () => {
  test('is zeros in shared memory', () => {
    const t = Tensor.shared([2, 3]);
    expect(types.isSharedArrayBuffer(t.data.buffer)).toBe(true);
    expect(t).toBeInstanceOf(Tensor);
    expect(t).toMatchObject({ dtype: 'float32', memoryFormat: 'contiguous', shape: [2, 3] });
    expect([...t.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('has the dtype and memory format asked for', () => {
    const t = Tensor.shared([2, 3, 4], { dtype: 'float64', memoryFormat: 'channelsLast' });
    expect(t).toMatchObject({ dtype: 'float64', memoryFormat: 'channelsLast', size: 24 });
    expect(t.data.byteLength).toBe(192);
    expect(Tensor.shared([]).item()).toBe(0);
    expect(Tensor.shared([2, 0]).toArray()).toEqual([[], []]);
  });

  test('is computed on as any other, and copies of it are not shared', () => {
    const x = randn([4, 3, 5]);
    const input = Tensor.shared([4, 3, 5]);
    const out = Tensor.shared([4, 3, 5]);
    input.data.set(x.data);
    const y = F.batchNorm(x, zeros([3]), ones([3]));
    expect(F.batchNorm(input, zeros([3]), ones([3]), { out })).toBe(out);
    expect(out.toArray()).toEqual(y.toArray());
    expect(isShared(input.reshape([12, 5]).data)).toBe(true);
    for (const copy of [input.clone(), input.to({ dtype: 'float64' })]) {
      expect(isShared(copy.data)).toBe(false);
      expect([...copy.data]).toEqual([...x.data]);
    }
  });

  test.each<[string, () => unknown, new () => Error, string]>([
    ['a negative size', () => Tensor.shared([-1]), ShapeError, 'sizes must be non-negative'],
    ['no shape', () => Tensor.shared(3 as never), ArgumentError, 'shape must be an array'],
    [
      'an unknown dtype',
      () => Tensor.shared([1], { dtype: 'int8' as never }),
      DTypeError,
      "dtype must be 'float32' or 'float64', got 'int8'",
    ],
    [
      'channels last of one dimension',
      () => Tensor.shared([1], { memoryFormat: 'channelsLast' }),
      ShapeError,
      'channelsLast needs a shape (N, C, ...)',
    ],
    [
      'an unknown option',
      () => Tensor.shared([1], { device: 'cpu' } as never),
      ArgumentError,
      "unknown option 'device'",
    ],
  ])('refuses %s', (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(`Tensor.shared: `);
    expect(call).toThrow(message);
  });

  test('says how much memory it could not get', () => {
    const call = () => Tensor.shared([2 ** 50]);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(`cannot allocate ${2 ** 52} bytes of shared memory`);
  });

  test('says so, too, where there is a buffer but Node.js has no array that long', () => {
    const size = 2 ** 32 + 8;
    let got: unknown;
    try {
      got = Tensor.shared([size]).size;
    } catch (error) {
      got = error;
    }
    // Newer ones may have such arrays.
    if (got !== size) expect(got).toBeInstanceOf(ArgumentError);
  });
});

describe('asTensor', () => {
  test('makes Tensors of what structured clone left of them', () => {
    const sent = randn([2, 3, 4], { dtype: 'float64', memoryFormat: 'channelsLast' });
    const message = structuredClone(sent) as object;
    expect(message).not.toBeInstanceOf(Tensor);
    const received = asTensor(message as Tensor);
    expect(received).toBeInstanceOf(Tensor);
    expect(received).toMatchObject({ dtype: 'float64', memoryFormat: 'channelsLast' });
    expect(received.toArray()).toEqual(sent.toArray());
    expect(received.data).toBe((message as Tensor).data);
  });

  test('over the very memory of a shared one', () => {
    const sent = Tensor.shared([2]);
    const received = asTensor(structuredClone(sent));
    received.data[1] = 5;
    expect([...sent.data]).toEqual([0, 5]);
  });

  test('of a Parameter takes the values, of a Tensor itself', () => {
    const parameter = new Parameter(ones([2]));
    parameter.grad = zeros([2]);
    const message = structuredClone(parameter);
    expect(asTensor(message).toArray()).toEqual([1, 1]);
    expect(new Parameter(message).grad).toBeNull();
    expect(asTensor(parameter)).toBe(parameter);
  });

  test('names itself in errors', () => {
    const gone = ones([2]);
    takeAway(gone);
    for (const [value, message] of [
      [gone, 'the memory of asTensor: value is gone'],
      [null, 'asTensor: value must be a Tensor, { data, shape }, { data, dims } or an ndarray'],
      [{ data: new Float32Array(2), shape: [3] }, 'asTensor: value: data has 2 elements'],
    ] as const) {
      expect(() => asTensor(value as never)).toThrow(message);
    }
  });
});

test('what an array claims of its buffer is not believed', () => {
  const liar = Object.defineProperty(new Float32Array(2), 'buffer', {
    value: new SharedArrayBuffer(8),
  });
  expect(isShared(liar)).toBe(false);
  expect(isShared(new Float32Array(new SharedArrayBuffer(8)))).toBe(true);
  expect(isShared(new Proxy(new Float32Array(new SharedArrayBuffer(8)), {}))).toBe(false);
  expect(isShared(structuredClone(new Float64Array(new SharedArrayBuffer(8))))).toBe(true);
  expect(isShared(new DataView(new SharedArrayBuffer(8)))).toBe(false);
});
