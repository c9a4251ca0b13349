import { manualSeed, RunningMoments, randn } from 'batchnorm';
import fc from 'fast-check';
import { type MomentNode, MomentTree } from '../../lib/cli/moment-tree';

const channels = 2;
const most = 70;

manualSeed(3);
// Some have no values, as files that cannot be read.
const all = Array.from({ length: most }, (_, i) =>
  new RunningMoments(channels).update(randn([i % 5, channels, 3])).toJSON(),
);
const leaf = (first: number): MomentNode => ({
  first,
  leaves: 1,
  moments: RunningMoments.fromJSON(all[first]),
});

const range = (begin: number, end: number) =>
  Array.from({ length: end - begin }, (_, i) => begin + i);

/** A tree of leaves that come in this order. */
function treeOf(leaves: readonly number[]): MomentTree {
  const tree = new MomentTree(channels);
  for (const first of leaves) tree.add(leaf(first));
  return tree;
}

/** Another tree with the same nodes, through JSON. */
function saved(tree: MomentTree): MomentNode[] {
  const nodes = JSON.parse(JSON.stringify(tree.nodes)) as MomentNode[];
  return nodes.map((node) => ({ ...node, moments: RunningMoments.fromJSON(node.moments) }));
}

const bitsOf = (tree: MomentTree) => JSON.stringify([tree.nodes, tree.total()]);

const count = fc.integer({ min: 0, max: most });
const shuffled = (leaves: readonly number[]) =>
  fc.shuffledSubarray([...leaves], { minLength: leaves.length });

test('any order gives the bits of going from the first to the last', () => {
  const orders = count.chain((n) => shuffled(range(0, n)));
  fc.assert(
    fc.property(orders, (order) => {
      expect(bitsOf(treeOf(order))).toBe(bitsOf(treeOf(range(0, order.length))));
    }),
  );
});

test('any split into parts, joined in any order, gives the bits of one run', () => {
  const splits = count.chain((n) =>
    fc.array(fc.integer({ min: 0, max: n }), { maxLength: 8 }).chain((cuts) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), n];
      const ranges = borders.slice(1).map((end, i) => range(borders[i] as number, end));
      return fc.tuple(fc.constant(n), shuffled([...ranges.keys()]), fc.constant(ranges));
    }),
  );
  fc.assert(
    fc.property(splits, ([n, order, ranges]) => {
      const joined = new MomentTree(channels);
      for (const i of order) {
        for (const node of saved(treeOf(ranges[i] as number[]))) joined.add(node);
      }
      expect(bitsOf(joined)).toBe(bitsOf(treeOf(range(0, n))));
    }),
  );
});

test('an interruption anywhere, of any order, changes no bit', () => {
  const runs = count.chain((n) =>
    fc.tuple(shuffled(range(0, n)), fc.integer({ min: 0, max: n }), fc.constant(n)),
  );
  fc.assert(
    fc.property(runs, ([order, done, n]) => {
      const before = treeOf(order.slice(0, done));
      const after = new MomentTree(channels);
      for (const node of saved(before)) after.add(node);
      for (const first of range(0, n)) if (!after.has(first)) after.add(leaf(first));
      expect(bitsOf(after)).toBe(bitsOf(treeOf(range(0, n))));
    }),
  );
});

test('the total is that of all values', () => {
  const tree = treeOf(range(0, most));
  const together = new RunningMoments(channels);
  for (const json of all) together.merge(RunningMoments.fromJSON(json));
  const total = tree.total();
  expect(total.count).toBe(together.count);
  total.variance.forEach((variance, c) => {
    expect(variance).toBeCloseTo(together.variance[c] as number, 12);
  });
});

test('a range of n leaves has O(log n) nodes, and knows which they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }), (a, b) => {
      const [begin, end] = [Math.min(a, b), Math.max(a, b)];
      const tree = treeOf(range(begin, end));
      expect(tree.nodes.length).toBeLessThanOrEqual(2 * Math.log2(end - begin + 1) + 1);
      expect(tree.leaves).toBe(end - begin);
      expect(range(0, most).filter((i) => tree.has(i))).toEqual(range(begin, end));
    }),
  );
});

test('reading the total leaves the tree as it is', () => {
  const tree = treeOf(range(0, 5));
  const before = JSON.stringify(tree.nodes);
  tree.total();
  expect(JSON.stringify(tree.nodes)).toBe(before);
});

test('a leaf that is there already is refused', () => {
  const tree = treeOf([0, 1, 2, 3, 6]);
  for (const first of [0, 3, 6]) {
    expect(() => tree.add(leaf(first))).toThrow(`leaves from ${first} on are in the tree already`);
  }
  const moments = new RunningMoments(channels);
  expect(() => tree.add({ first: 4, leaves: 4, moments })).toThrow(RangeError);
  expect(() => tree.add({ first: 0, leaves: 8, moments })).toThrow(RangeError);
  expect(tree.leaves).toBe(5);
});
