import { BatchNorm1d, functional as F, manualSeed, randn, Tensor } from 'batchnorm';

// Each structured clone of a SharedArrayBuffer is another object over the same memory.
function twice(elements: number): [Float32Array, Float32Array] {
  const buffer = new SharedArrayBuffer(4 * elements);
  const other = structuredClone(buffer);
  expect(other).not.toBe(buffer);
  return [new Float32Array(buffer), new Float32Array(other)];
}

describe('two SharedArrayBuffers over one memory', () => {
  test('training in place through the other one gives the gradients of separate memory', () => {
    manualSeed(1);
    const [x, same] = twice(12);
    x.set(randn([4, 3]).data);
    const gradOutput = randn([4, 3]);
    const apart = new BatchNorm1d(3);
    apart.forward(new Tensor(x.slice(), [4, 3]));
    const expected = apart.backward(gradOutput);
    const layer = new BatchNorm1d(3);
    layer.forward(new Tensor(x, [4, 3]), { out: new Tensor(same, [4, 3]) });
    expect(layer.backward(gradOutput).data).toEqual(expected.data);
  });

  test('out over a part of the input is refused, and nothing is written', () => {
    const [x, same] = twice(13);
    x.fill(2);
    const input = new Tensor(x.subarray(0, 12), [4, 3]);
    const out = new Tensor(same.subarray(1), [4, 3]);
    expect(() => F.batchNorm(input, null, null, { training: true, out })).toThrow(
      /out shares a part of its memory with input/,
    );
    expect(new Set(x)).toEqual(new Set([2]));
  });

  test('out behind the input, in the same memory, is fine', () => {
    const [x, same] = twice(24);
    const input = new Tensor(x.subarray(0, 12), [4, 3]);
    const out = new Tensor(same.subarray(12), [4, 3]);
    expect(F.batchNorm(input, null, null, { training: true, out })).toBe(out);
  });
});
