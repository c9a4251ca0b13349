// The public API with hostile arguments: node fuzz/api/main.mjs SEED SECONDS, on dist/. With the
// name of a file in FUZZ_TRACE the last call is there before it is made, whatever comes of it.
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { check, hostileCall } from './property.mjs';

const [seed, seconds] = process.argv.slice(2).map(Number);
const trace = process.env.FUZZ_TRACE;
let runs = 0;
const property = fc.asyncProperty(hostileCall, async (hostile) => {
  runs++;
  if (trace) writeFileSync(trace, JSON.stringify(hostile));
  await check(hostile);
});
const details = await fc.check(property, {
  seed,
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: 1000 * seconds,
});
console.log(`hostile calls: ${runs} with seed ${seed}`);
if (details.counterexample !== null) {
  console.error(JSON.stringify(details.counterexample[0]));
  console.error(details.errorInstance);
  process.exitCode = 1;
} else if (runs === 0) {
  process.exitCode = 1;
}
