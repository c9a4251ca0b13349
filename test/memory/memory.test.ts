import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Garbage collection is to be had in a process of its own, on dist/. */
function run(script: string): unknown {
  const output = execFileSync(process.execPath, ['--expose-gc', join(__dirname, script)]);
  return JSON.parse(output.toString());
}

/** In bytes. A leak of 64 bytes a call would be 640 kB, of one output 80 MB. */
const limits = { heapUsed: 500_000, external: 100_000, arrayBuffers: 100_000, rss: 40_000_000 };

test('10,000 calls leave nothing behind', () => {
  const growth = run('growth.js') as Record<string, typeof limits>;
  expect(Object.keys(growth)).toHaveLength(13);
  for (const [kind, grown] of Object.entries(growth)) {
    const parts = Object.keys(limits) as (keyof typeof limits)[];
    const leaks = parts.filter((part) => !(grown[part] < limits[part]));
    expect({ kind, leaks, grown }).toEqual({ kind, leaks: [], grown });
  }
});

test('a module keeps the input that backward needs, and no other', () => {
  expect(run('kept.js')).toEqual({
    'before backward': false,
    'after backward': true,
    'after another forward': true,
    'without grad': true,
    'in evaluation': true,
  });
});
