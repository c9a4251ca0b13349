import { oneCase } from '../checks/case.mjs';

/** Hostile arguments for the public API, in a process of their own: a crash is a failure, too. */
export function hostileCalls(seconds, seed) {
  const args = ['fuzz/api/main.mjs', `${seed}`, `${seconds}`];
  // A call that does not end is a failure, too.
  const timeout = 1000 * (2 * seconds + 60);
  const count = oneCase('Hostile calls of the public API', process.execPath, args, { timeout });
  if (count.failed > 0) console.error(`Again: npm run fuzz -- --only api --seed ${seed}`);
  return [count];
}
