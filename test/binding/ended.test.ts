import { run } from '../workers/run';

test('1,000 threads terminated in the middle of started calls leave nothing', async () => {
  const { threads, ...rest } = (await run('../binding/ended.js', '1000')) as { threads: number };
  expect(rest).toEqual({ pending: 1000, codes: [1], status: 0, y: [1] });
  // Node.js's own are about a dozen, and some coordinators wait for calls to come.
  expect(threads).toBeLessThan(40);
});
