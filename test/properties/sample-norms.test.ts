import { type DType, functional as F, randn, type Tensor, tensor } from 'batchnorm';
import fc from 'fast-check';
import {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type SampleNorm,
} from '../functional/sample-norms';
import { expectSame } from '../reference/same';
import { momentsOf, valuesOf } from '../reference/sets';
import { type Batch, batchOf, distance, map, roundedMeans } from './batches';

/** A batch with a function that takes it: over its last dimension, all of a sample, or groups. */
function withNorm(dtype: DType, least = 1): fc.Arbitrary<Batch & { norm: SampleNorm }> {
  return batchOf(dtype, least).chain((batch) => {
    const { c, s } = batch;
    const divisors = [...Array(c + 1).keys()].filter((count) => count > 0 && c % count === 0);
    const norms = [
      layerNorm([s]),
      layerNorm([c, s]),
      rmsNorm([s]),
      rmsNorm([c, s]),
      // PyTorch refuses a single value in all.
      ...(batch.n * s > 1 ? divisors.map(groupNorm) : []),
      ...(s > 1 ? [instanceNorm()] : []),
    ];
    return fc.constantFrom(...norms).map((norm) => ({ ...batch, norm }));
  });
}

const contiguous = (x: Tensor) => x.to({ memoryFormat: 'contiguous' });
const dtypes: DType[] = ['float32', 'float64'];

describe.each(dtypes)('%s', (dtype) => {
  const epsilon = dtype === 'float32' ? 2 ** -23 : 2 ** -52;
  // Outputs of a set of n values are below sqrt(n), here 29; a few roundings of that size.
  const close = 4 * 32 * epsilon;

  test('a shift of the input by an exact step leaves the output, but of rmsNorm', () => {
    fc.assert(
      fc.property(withNorm(dtype), fc.integer({ min: -4, max: 4 }), ({ x, norm }, steps) => {
        fc.pre(norm.sets(x.shape).centered);
        const shifted = map(x, (e) => e + steps * 64);
        expect(distance(norm.forward(shifted), norm.forward(x))).toBeLessThan(
          close + roundedMeans([x, shifted], norm.sets),
        );
      }),
    );
  });

  test('a scaling by a power of two, with eps 0, leaves the bits, and its sign changes theirs', () => {
    fc.assert(
      fc.property(withNorm(dtype), fc.integer({ min: -8, max: 8 }), ({ x, norm }, power) => {
        const plain = norm.forward(x, { eps: 0 });
        const scaled = norm.forward(
          map(x, (e) => e * 2 ** power),
          { eps: 0 },
        );
        expect(distance(scaled, plain)).toBe(0);
        const turned = norm.forward(
          map(x, (e) => -e),
          { eps: 0 },
        );
        expect(
          distance(
            map(turned, (e) => -e),
            plain,
          ),
        ).toBe(0);
      }),
    );
  });

  test('each sample gives the very bits that it gives alone, forward and backward', () => {
    fc.assert(
      fc.property(withNorm(dtype, 2), ({ x, n, c, s, norm }) => {
        // A group of one value is fine in company alone.
        fc.pre(c * s > norm.sets([1, c, s]).count);
        const y = norm.forward(x);
        const dx = norm.backward(y, x).gradInput;
        for (let i = 0; i < n; i++) {
          const part = (of: Tensor) => of.data.subarray(i * c * s, (i + 1) * c * s);
          const like = (of: Tensor) => ({
            data: part(of),
            shape: [1, c, s],
            memoryFormat: of.memoryFormat,
          });
          expectSame(norm.forward(like(x)).data, part(y));
          expectSame(norm.backward(like(y), like(x)).gradInput.data, part(dx));
        }
      }),
    );
  });

  test('both memory formats agree', () => {
    fc.assert(
      fc.property(withNorm(dtype), ({ x, norm }) => {
        const one = norm.forward(contiguous(x));
        const other = norm.forward(x.to({ memoryFormat: 'channelsLast' }));
        expect(distance(one, contiguous(other))).toBeLessThan(close);
      }),
    );
  });

  test('groupNorm in one group is layerNorm over a sample', () => {
    fc.assert(
      fc.property(batchOf(dtype, 2), ({ x, c, s }) => {
        const one = F.groupNorm(x, 1);
        expect(distance(contiguous(one), F.layerNorm(x, [c, s]))).toBeLessThan(close);
      }),
    );
  });

  test('groupNorm in as many groups as channels is instanceNorm, with its gradients', () => {
    fc.assert(
      fc.property(batchOf(dtype), ({ x, c, s }) => {
        fc.pre(s > 1);
        const options = { weight: randn([c], { dtype }) };
        const y = F.groupNorm(x, c, options);
        expectSame(F.instanceNorm(x, options).data, y.data);
        expect(F.instanceNormBackward(y, x, options)).toEqual(
          F.groupNormBackward(y, x, c, options),
        );
      }),
    );
  });

  test('instanceNorm of one sample is batchNorm of it', () => {
    fc.assert(
      fc.property(batchOf(dtype, 1), ({ x, c, s }) => {
        fc.pre(s > 1);
        const one = {
          data: x.data.subarray(0, c * s),
          shape: [1, c, s],
          memoryFormat: x.memoryFormat,
        };
        const expected = F.batchNorm(one, null, null, { training: true });
        expect(distance(F.instanceNorm(one), expected)).toBeLessThan(close);
      }),
    );
  });

  test('rmsNorm of what has mean 0 is layerNorm', () => {
    fc.assert(
      fc.property(batchOf(dtype, 1), ({ x }) => {
        const values = valuesOf(x);
        // What is turned round balances the rest, exactly.
        const balanced = [...values, ...values.map((value) => -value)];
        const row = tensor(balanced, [1, balanced.length], { dtype });
        const rms = F.rmsNorm(row, balanced.length, { eps: 1e-5 });
        expect(distance(rms, F.layerNorm(row, balanced.length))).toBeLessThan(close);
      }),
    );
  });

  test('the output of each set has mean 0 and, where values differ, mean square 1', () => {
    fc.assert(
      fc.property(withNorm(dtype), ({ x, norm }) => {
        const sets = norm.sets(x.shape);
        const y = valuesOf(norm.forward(x, { eps: 0 }));
        const before = valuesOf(x);
        const members: number[][] = Array.from({ length: sets.count }, () => []);
        before.forEach((_, i) => {
          members[sets.of(i)]?.push(i);
        });
        for (const member of members) {
          const mean = (f: (i: number) => number) =>
            member.reduce((total, i) => total + f(i), 0) / member.length;
          if (sets.centered) expect(Math.abs(mean((i) => y[i] as number))).toBeLessThan(close);
          const first = sets.centered ? before[member[0] as number] : 0;
          const isConstant = member.every((i) => before[i] === first);
          const square = mean((i) => (y[i] as number) ** 2);
          expect(Math.abs(square - (isConstant ? 0 : 1))).toBeLessThan(close);
        }
      }),
    );
  });

  test('with eps 0 the gradient is orthogonal to the output and, centered, sums to 0', () => {
    fc.assert(
      fc.property(withNorm(dtype), fc.nat(), ({ x, norm }, seed) => {
        const sets = norm.sets(x.shape);
        const dy = map(x, (e) => Math.cos(e * 7 + seed));
        const y = valuesOf(norm.forward(x, { eps: 0 }));
        const dx = valuesOf(norm.backward(dy, x, { eps: 0 }).gradInput);
        const { variance } = momentsOf(x, sets);
        const zeros = () => new Float64Array(sets.count);
        const [sum, dot, sumSize, dotSize] = [zeros(), zeros(), zeros(), zeros()];
        const add = (to: Float64Array, set: number, value: number) => {
          to[set] = (to[set] as number) + value;
        };
        const terms = valuesOf(dy);
        dx.forEach((value, i) => {
          const set = sets.of(i);
          const size = Math.abs(terms[i] as number) / Math.sqrt(variance[set] as number);
          add(sum, set, value);
          add(dot, set, value * (y[i] as number));
          add(sumSize, set, size);
          add(dotSize, set, size * (1 + Math.abs(y[i] as number)));
        });
        for (let set = 0; set < sets.count; set++) {
          // A constant set passes nothing on.
          if (variance[set] === 0) expect([sum[set], dot[set]]).toEqual([0, 0]);
          else {
            if (sets.centered) {
              expect(Math.abs(sum[set] as number)).toBeLessThan(close * (sumSize[set] as number));
            }
            expect(Math.abs(dot[set] as number)).toBeLessThan(close * (dotSize[set] as number));
          }
        }
      }),
    );
  });
});
