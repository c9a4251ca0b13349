// Run by scripts/soak.mjs: node --expose-gc soak/main.mjs MINUTES
import { setTimeout as wait } from 'node:timers/promises';
import { makeCases } from './cases.mjs';
import { Handles } from './handles.mjs';
import { Memory } from './memory.mjs';
import { report } from './report.mjs';

const seconds = 60 * Number(process.argv[2]);
// How many calls are under way at once.
const lanes = 6;
const warmUp = Math.min(30, seconds / 3);

const cases = await makeCases();
// As often as each is to be made.
const drawn = cases.flatMap((one) => Array(one.weight ?? 4).fill(one));
const counts = new Map(cases.map(({ name }) => [name, 0]));
const failures = [];
const memory = new Memory();
const handles = new Handles();
const start = performance.now();
const since = () => (performance.now() - start) / 1000;

async function lane() {
  while (since() < seconds && failures.length < 10) {
    const { name, run } = drawn[Math.floor(Math.random() * drawn.length)];
    try {
      await run();
    } catch (error) {
      failures.push({ name, error });
    }
    counts.set(name, counts.get(name) + 1);
    // Synchronous calls alone would leave the event loop nothing else to do.
    await new Promise(setImmediate);
  }
}

async function watch() {
  await wait(1000 * warmUp);
  handles.begin();
  while (since() < seconds) {
    memory.sample();
    await wait(Math.min(1000, 1000 * Math.max(0, seconds - since()) + 1));
  }
}

await Promise.all([watch(), ...Array.from({ length: lanes }, lane)]);
for (const { close } of cases) await close?.();
memory.sample();
const passes = report({ seconds, counts, failures, memory, handles: await handles.end() });
process.exitCode = passes ? 0 : 1;
