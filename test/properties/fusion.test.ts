import { type DType, type MemoryFormat, manualSeed } from 'batchnorm';
import fc from 'fast-check';
import { expectAsUnfused } from '../conformance/as-unfused';
import { fusions } from '../modules/fused-layers';

test('a fused layer gives the bits of a plain one and the rest afterwards, whatever the shape', () => {
  const cases = fc.record({
    seed: fc.nat(),
    n: fc.integer({ min: 2, max: 20 }),
    c: fc.integer({ min: 1, max: 70 }),
    s: fc.integer({ min: 1, max: 140 }),
    dtype: fc.constantFrom<DType>('float32', 'float64'),
    memoryFormat: fc.constantFrom<MemoryFormat>('contiguous', 'channelsLast'),
    fusion: fc.constantFrom(...fusions),
    residual: fc.boolean(),
    training: fc.boolean(),
  });
  fc.assert(
    fc.property(cases, ({ seed, n, c, s, ...rest }) => {
      manualSeed(seed);
      expectAsUnfused({ shape: [n, c, s], ...rest });
    }),
  );
});
