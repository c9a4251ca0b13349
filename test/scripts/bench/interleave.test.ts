import { evaluate } from './bench';

test('all functions take their turn in each round, in one order; rounds that warm up do not count', () => {
  const result = evaluate(`
    import { interleave } from 'bench/interleave.mjs';
    const order = [];
    let time = 0;
    const times = await interleave({
      now: () => { order.push('now'); return ++time; },
      later: async () => { await null; order.push('later'); return 10 * ++time; },
    }, { rounds: 2, warmUp: 1 });
    console.log(JSON.stringify({ order, times }));
  `);
  expect(result).toEqual({
    order: ['now', 'later', 'now', 'later', 'now', 'later'],
    times: { now: [3, 5], later: [40, 60] },
  });
});

test('groups go round together and keep their names apart', () => {
  const result = evaluate(`
    import { interleaveAll } from 'bench/interleave.mjs';
    const order = [];
    const sampler = (value) => () => { order.push(value); return value; };
    const groups = [{ a: sampler(1) }, {}, { a: sampler(2), b: sampler(3) }];
    const times = await interleaveAll(groups, { rounds: 2, warmUp: 0 });
    console.log(JSON.stringify({ order, times }));
  `);
  expect(result).toEqual({
    order: [1, 2, 3, 1, 2, 3],
    times: [{ a: [1, 1] }, {}, { a: [2, 2], b: [3, 3] }],
  });
});

test('a ratio is the median of the ratios of the rounds', () => {
  const result = evaluate(`
    import { median, medianRatio } from 'bench/statistics.mjs';
    // A machine that is ten times slower in some rounds: each ratio is 2 but for one.
    const ratio = medianRatio([2, 20, 2, 20, 9], [1, 10, 1, 10, 1]);
    console.log(JSON.stringify([ratio, median([3, 1, 2]), median([4, 1, 3, 2])]));
  `);
  expect(result).toEqual([2, 2, 2.5]);
});
