import { succeeds } from '../run.mjs';

/** A check that is one case: it passes where the program succeeds. */
export function oneCase(name, command, args, options) {
  console.log(`\n${name}`);
  return succeeds(command, args, options) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
