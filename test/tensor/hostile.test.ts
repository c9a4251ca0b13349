import { functional as F, RunningMoments, randn, Tensor, type TensorLike, tensor } from 'batchnorm';

// What `npm run fuzz` has found, made small.
const like = (fields: object) => Object.assign(new Tensor(new Float32Array(4), [1, 4]), fields);

test.each([
  ['what merely inherits from Tensor', Object.create(Tensor.prototype), /must be a Tensor/],
  ['a Tensor whose data were replaced by nothing', like({ data: null }), /data must be a Float32/],
  ['a Tensor whose data have another type', like({ data: new Int32Array(4) }), /data must be/],
  ['a Tensor whose shape is no list', like({ shape: { length: 2 } }), /shape must be an array/],
  ['a Tensor whose shape holds no numbers', like({ shape: [Symbol('4')] }), /must hold integers/],
  ['a Tensor of no memory format', like({ memoryFormat: Symbol('x') }), /memoryFormat must be/],
])('%s is refused', (_, value, message) => {
  for (const call of [
    () => F.moments(value as TensorLike),
    () => F.layerNorm(value as TensorLike, 4),
    () => F.batchNorm(new Tensor(new Float32Array(4), [1, 4]), null, null, { out: value }),
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: expect.stringMatching('ERR_BATCHNORM') }));
  }
  expect(() => F.moments(value as TensorLike)).toThrow(message);
});

test('a Tensor whose size was redefined counts as an object of its fields', () => {
  const x = new Tensor(Float32Array.of(1, 2, 3, 4), [1, 4]);
  const expected = F.moments(x);
  Object.defineProperty(x, 'size', { value: Object.create(null) });
  expect(F.moments(x)).toEqual(expected);
});

test('a Proxy over a Tensor counts as an object of its fields', () => {
  const x = new Tensor(Float32Array.of(1, 2, 3, 4), [1, 4]);
  expect(F.moments(new Proxy(x, {}))).toEqual(F.moments(x));
});

test('a Proxy over RunningMoments is refused', () => {
  const seen = new RunningMoments(3);
  expect(() => seen.merge(new Proxy(new RunningMoments(3), {}))).toThrow(
    /should be RunningMoments/,
  );
});

test('an array of integers that was transferred is refused', () => {
  const values = new Int32Array(6);
  structuredClone(values.buffer, { transfer: [values.buffer] });
  expect(() => tensor(values, [2, 3], { dtype: 'float32' })).toThrow(/data has 0 elements/);
});

test('a shape that answers differently each time is read once', () => {
  const shape = [2, 3];
  let reads = 0;
  Object.defineProperty(shape, 0, { get: () => (reads++ === 0 ? 2 : 0) });
  expect(randn(shape).shape).toEqual([2, 3]);
  expect(reads).toBe(1);
});

test('an array that lies about its length is refused where its buffer was transferred', () => {
  class Lies extends Int32Array {
    override get length(): number {
      return 6;
    }
  }
  const values = new Lies(6);
  structuredClone(values.buffer, { transfer: [values.buffer] });
  expect(() => tensor(values, [2, 3], { dtype: 'float32' })).toThrow(/cannot be read/);
});
