import { RunningMoments, tensor } from 'batchnorm';
import fc from 'fast-check';
import { exactMoments } from '../reference/exact-moments';

const ofValues = (values: readonly number[]) =>
  new RunningMoments(1).update({ data: Float64Array.from(values), shape: [values.length, 1] });

const bitsOf = (moments: RunningMoments) => JSON.stringify(moments);

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
/** Lists of values, none of them empty in all. */
const parts = fc
  .array(fc.array(value, { maxLength: 20 }), { minLength: 1, maxLength: 12 })
  .filter((lists) => lists.flat().length > 0);

test('merging gives the moments of all values, in any order and grouping', () => {
  fc.assert(
    fc.property(parts, fc.infiniteStream(fc.nat()), (lists, choices) => {
      const nodes = lists.map(ofValues);
      // Two of what is left, at random, until one is left.
      while (nodes.length > 1) {
        const take = () =>
          nodes.splice(choices.next().value % nodes.length, 1)[0] as RunningMoments;
        const a = take();
        nodes.push(a.merge(take()));
      }
      const merged = nodes[0] as RunningMoments;
      const all = lists.flat();
      const exact = exactMoments(all);
      expect(merged.count).toBe(all.length);
      // Some 240 values of up to 1e6, rounded at most as often.
      expect(Math.abs((merged.mean[0] as number) - exact.mean)).toBeLessThan(1e6 * 2 ** -46);
      expect(Math.abs((merged.variance[0] as number) - exact.variance)).toBeLessThan(
        1e12 * 2 ** -44,
      );
      expect([merged.min[0], merged.max[0]]).toEqual([Math.min(...all), Math.max(...all)]);
    }),
  );
});

test('the order of two changes no more than the last digits', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.array(value, { minLength: 1 }), (a, b) => {
      const one = ofValues(a).merge(ofValues(b));
      const other = ofValues(b).merge(ofValues(a));
      const distance = Math.abs((one.mean[0] as number) - (other.mean[0] as number));
      expect(distance).toBeLessThanOrEqual(1e6 * 2 ** -50);
    }),
  );
});

test('merging nothing changes no bit, on either side', () => {
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const bits = bitsOf(ofValues(values));
      expect(bitsOf(ofValues(values).merge(new RunningMoments(1)))).toBe(bits);
      expect(bitsOf(new RunningMoments(1).merge(ofValues(values)))).toBe(bits);
    }),
  );
});

test('what is merged stays as it is', () => {
  const other = ofValues([1, 2, 4]);
  const before = bitsOf(other);
  const moments = new RunningMoments(1)
    .merge(other)
    .merge(other)
    .update(tensor([[9]]));
  expect(moments.count).toBe(7);
  expect(bitsOf(other)).toBe(before);
});

test('merging itself doubles it', () => {
  const moments = ofValues([1, 2, 6]);
  moments.merge(moments);
  expect(moments).toMatchObject({ count: 6 });
  expect([...moments.mean, ...moments.variance]).toEqual([3, 14 / 3]);
});
