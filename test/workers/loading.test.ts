import { run } from './run';

// onnxruntime-node fails in the second worker: microsoft/onnxruntime#24486.
test('32 threads load the addon one after the other, 32 at once, and compute the same', async () => {
  expect(await run('loads.js')).toEqual([32, 32]);
});

test('1,000 threads terminated while they load or in the middle of a call leave nothing', async () => {
  const { threads, ...rest } = (await run('terminate.js', '1000')) as { threads: number };
  expect(rest).toEqual({
    terminated: { loads: 500, calls: 500 },
    codes: [1],
    y: [[-1], [1]],
  });
  // Node.js's own are about a dozen; each that a terminated one left behind would be one more.
  expect(threads).toBeLessThan(40);
});
