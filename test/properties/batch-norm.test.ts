import { type DType, functional as F, randn, type Tensor, zeros } from 'batchnorm';
import fc from 'fast-check';
import { channels } from '../reference/sets';
import { batchOf, distance, map, roundedMeans } from './batches';

const dtypes: DType[] = ['float32', 'float64'];
const train = (x: Tensor) => F.batchNorm(x, null, null, { training: true });
describe.each(dtypes)('%s', (dtype) => {
  const epsilon = dtype === 'float32' ? 2 ** -23 : 2 ** -52;
  // Outputs of n * s values are below sqrt(n * s) < 19; a few roundings of that size.
  const close = 4 * 32 * epsilon;

  test('a shift of the input by an exact step leaves the output', () => {
    fc.assert(
      fc.property(batchOf(dtype), fc.integer({ min: -4, max: 4 }), ({ x }, steps) => {
        const shifted = map(x, (e) => e + steps * 64);
        expect(distance(train(shifted), train(x))).toBeLessThan(
          close + roundedMeans([x, shifted], channels),
        );
      }),
    );
  });

  test('a scaling by a power of two, with eps 0, leaves the bits, and its sign changes theirs', () => {
    fc.assert(
      fc.property(batchOf(dtype), fc.integer({ min: -8, max: 8 }), ({ x }, power) => {
        const options = { training: true, eps: 0 };
        const plain = F.batchNorm(x, null, null, options);
        const scaled = F.batchNorm(
          map(x, (e) => e * 2 ** power),
          null,
          null,
          options,
        );
        expect(distance(scaled, plain)).toBe(0);
        const turned = F.batchNorm(
          map(x, (e) => -e),
          null,
          null,
          options,
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

  test('permuting the batch permutes the output', () => {
    const permuted = batchOf(dtype).chain((batch) =>
      fc.tuple(
        fc.constant(batch),
        fc.shuffledSubarray([...Array(batch.n).keys()], { minLength: batch.n }),
      ),
    );
    fc.assert(
      fc.property(permuted, ([{ x, c, s }, order]) => {
        const move = (from: Tensor) => {
          const to = from.clone();
          order.forEach((source, target) => {
            to.data.set(from.data.subarray(source * c * s, (source + 1) * c * s), target * c * s);
          });
          return to;
        };
        expect(distance(train(move(x)), move(train(x)))).toBeLessThan(close);
      }),
    );
  });

  test('moments of the parts of a batch merge into those of the whole', () => {
    const split = batchOf(dtype).chain((batch) =>
      fc.tuple(fc.constant(batch), fc.integer({ min: 1, max: batch.n - 1 })),
    );
    fc.assert(
      fc.property(split, ([{ x, n, c, s }, cut]) => {
        const part = (from: number, to: number) =>
          F.moments({
            data: x.data.subarray(from * c * s, to * c * s),
            shape: [to - from, c, s],
            memoryFormat: x.memoryFormat,
          });
        const [whole, a, b] = [F.moments(x), part(0, cut), part(cut, n)];
        expect(a.count + b.count).toBe(whole.count);
        for (let i = 0; i < c; i++) {
          const [meanA, meanB] = [a.mean[i] as number, b.mean[i] as number];
          const mean = (meanA * a.count + meanB * b.count) / whole.count;
          const m2 =
            (a.variance[i] as number) * a.count +
            (b.variance[i] as number) * b.count +
            ((meanB - meanA) ** 2 * a.count * b.count) / whole.count;
          expect(Math.abs((whole.mean[i] as number) - mean)).toBeLessThan(1e-12);
          // Values are below 250, their squares below 62,500.
          expect(Math.abs((whole.variance[i] as number) - m2 / whole.count)).toBeLessThan(1e-9);
        }
      }),
    );
  });

  test('evaluation does not depend on the rest of the batch', () => {
    fc.assert(
      fc.property(batchOf(dtype), ({ x, c, s }) => {
        const [mean, variance] = [randn([c], { dtype }), map(randn([c], { dtype }), (e) => e * e)];
        const whole = F.batchNorm(x, mean, variance);
        const data = x.data.subarray(0, c * s);
        const first = { data, shape: [1, c, s], memoryFormat: x.memoryFormat };
        const alone = F.batchNorm(first, mean, variance);
        expect([...alone.data]).toEqual([...whole.data.subarray(0, c * s)]);
      }),
    );
  });

  test('both memory formats agree', () => {
    fc.assert(
      fc.property(batchOf(dtype), ({ x }) => {
        const one = train(x.to({ memoryFormat: 'contiguous' }));
        const other = train(x.to({ memoryFormat: 'channelsLast' }));
        expect(distance(one, other.to({ memoryFormat: 'contiguous' }))).toBeLessThan(close);
      }),
    );
  });

  test('the output of training has mean 0 and, where values differ, variance 1', () => {
    fc.assert(
      fc.property(batchOf(dtype), ({ x, c }) => {
        const y = F.batchNorm(x, null, null, { training: true, eps: 0 });
        const [before, after] = [F.moments(x), F.moments(y)];
        for (let i = 0; i < c; i++) {
          expect(Math.abs(after.mean[i] as number)).toBeLessThan(close);
          const variance = before.variance[i] === 0 ? 0 : 1;
          expect(Math.abs((after.variance[i] as number) - variance)).toBeLessThan(close);
        }
      }),
    );
  });

  test('the gradient of the input sums to 0 and is orthogonal to the output', () => {
    fc.assert(
      fc.property(batchOf(dtype), batchOf(dtype, 9), ({ x, n, c, s }, other) => {
        const dy = zeros([n, c, s], { dtype, memoryFormat: x.memoryFormat });
        dy.data.forEach((_, i) => {
          dy.data[i] = (other.x.data[i % other.x.size] as number) / 250;
        });
        const { mean, variance } = F.moments(x);
        const invstd = variance.map((v) => 1 / Math.sqrt(v + 1));
        const options = { mean, invstd, training: true };
        const { gradInput } = F.batchNormBackward(dy, x, options);
        const { gradWeight, gradBias } = F.batchNormBackward(gradInput, x, options);
        const wholly = variance.map((v) => v / (v + 1));
        const first = F.batchNormBackward(dy, x, options).gradWeight;
        for (let i = 0; i < c; i++) {
          expect(Math.abs(gradBias.data[i] as number)).toBeLessThan(n * s * close);
          // eps = 1 leaves a part of it: dot * invstd * (1 - variance * invstd^2).
          const left =
            (first.data[i] as number) * (invstd[i] as number) * (1 - (wholly[i] as number));
          expect(Math.abs((gradWeight.data[i] as number) - left)).toBeLessThan(n * s * close);
        }
      }),
    );
  });
});
