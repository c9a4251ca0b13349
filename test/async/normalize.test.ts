import { type Tensor, transforms } from 'batchnorm';
import fc from 'fast-check';
import { bits } from './bits';

const { IMAGENET, Normalize } = transforms;

// What is shared is an ArrayBuffer too, as far as typed arrays go.
function memory(bytes: number, isShared: boolean): ArrayBuffer {
  return (isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer;
}

const kinds = {
  bytes: Uint8Array,
  clamped: Uint8ClampedArray,
  words: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

const cases = fc.record({
  kind: fc.constantFrom<keyof typeof kinds>('bytes', 'clamped', 'words', 'float32', 'float64'),
  dtype: fc.constantFrom(undefined, 'float32' as const, 'float64' as const),
  n: fc.integer({ min: 0, max: 3 }),
  size: fc.constantFrom([1, 1] as const, [3, 5] as const, [64, 48] as const, [300, 301] as const),
  from: fc.constantFrom('HWC' as const, 'CHW' as const),
  to: fc.constantFrom('HWC' as const, 'CHW' as const),
  alpha: fc.boolean(),
  shared: fc.boolean(),
  out: fc.constantFrom('none' as const, 'own' as const, 'shared' as const),
});

test('the bits of forward: any pixels, layouts, dtypes and memory', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, dtype, n, size, from, to, alpha, shared, out }) => {
      const normalize = new Normalize(IMAGENET.mean, IMAGENET.std, { dtype });
      const [h, w] = size;
      const channels = alpha ? 4 : 3;
      const shape = from === 'HWC' ? [n, h, w, channels] : [n, channels, h, w];
      const Type = kinds[kind];
      const length = n * h * w * channels;
      const data = new Type(memory(length * Type.BYTES_PER_ELEMENT, shared));
      for (let i = 0; i < length; i++) data[i] = (i * 37) % (kind === 'words' ? 65521 : 251);
      const options = { from, to, dropAlpha: alpha };
      const expected = normalize.forward({ data, shape }, options);
      const elements = expected.data.constructor as typeof Float32Array;
      const bytes = expected.size * elements.BYTES_PER_ELEMENT;
      const target = out === 'none' ? null : new elements(memory(bytes, out === 'shared'));
      const y = await normalize.forwardAsync({ data, shape }, { ...options, out: target });
      expect(bits(y)).toEqual(bits(expected));
      if (target !== null) expect(y.data).toBe(target);
    }),
    { numRuns: 150 },
  );
});

test.each([false, true])('in place, shared memory %s', async (isShared) => {
  const make = () => {
    const made = new Float32Array(memory(4 * 3 * 200 * 201, isShared));
    for (let i = 0; i < made.length; i++) made[i] = i % 11;
    return made;
  };
  const normalize = new Normalize(0.5, 2);
  const [data, same] = [make(), make()];
  const shape = [3, 200, 201];
  const expected: Tensor = normalize.forward({ data: same, shape }, { out: same });
  const y = await normalize.forwardAsync({ data, shape }, { out: data });
  expect(bits(y)).toEqual(bits(expected));
  expect(y.data).toBe(data);
});

test('what is refused is refused by a promise', async () => {
  const normalize = new Normalize(IMAGENET.mean, IMAGENET.std);
  const pixels = { data: new Uint8Array(12), shape: [2, 2, 3] };
  await expect(normalize.forwardAsync(pixels)).rejects.toThrow(
    "expected 3 channels, as mean and std have, got 2 in [2, 2, 3] (CHW): is it from: 'HWC'?",
  );
  await expect(normalize.forwardAsync(pixels, { signal: 1 as never })).rejects.toThrow(
    'Normalize: signal should be an AbortSignal, got 1',
  );
});
