// npm run test:huge: tensors of 2^31 + 17 elements through the public API, where there is enough
// memory for it: input and output take 8 GiB each.
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { oneCase } from './checks/case.mjs';
import { conclude } from './checks/tally.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

const needed = 20;
const available = availableBytes() / 2 ** 30;
setUp(building);
if (available < needed) {
  // Neither passed nor failed.
  console.log(
    `NOT RUN: tensors of 2^31 + 17 elements need ${needed} GiB of memory, ` +
      `${available.toFixed(1)} GiB are available`,
  );
} else {
  conclude('test-huge', [oneCase('2^31 + 17 elements', process.execPath, ['test/huge/main.mjs'])]);
}

/** What processes may still take: of this machine, and of the group that limits this one. */
function availableBytes() {
  const free = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo'))?.[1];
  const machine = free === undefined ? freemem() : 1024 * Number(free);
  const limit = Number(read('/sys/fs/cgroup/memory.max'));
  const used = Number(read('/sys/fs/cgroup/memory.current'));
  const cached = Number(/^inactive_file (\d+)$/m.exec(read('/sys/fs/cgroup/memory.stat'))?.[1]);
  return limit > 0 ? Math.min(machine, limit - used + (cached || 0)) : machine;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
