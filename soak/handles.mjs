import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** What this process holds of the system: open files, threads, and what keeps it from ending. */
export class Handles {
  #before = null;

  begin() {
    this.#before = held();
  }

  /** What there is more of than at the beginning; waits for what is on its way out. */
  async end() {
    let more = {};
    for (let tries = 0; tries < 50; tries++) {
      more = left(held(), this.#before);
      if (Object.keys(more).length === 0) break;
      await wait(100);
    }
    return more;
  }
}

function held() {
  const active = process.getActiveResourcesInfo();
  const counts = {};
  // What we wait with ourselves.
  for (const kind of active.filter((name) => name !== 'Timeout' && name !== 'Immediate')) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  if (process.platform !== 'linux') return counts;
  counts.files = readdirSync('/proc/self/fd').length;
  counts.threads = readdirSync('/proc/self/task').length;
  return counts;
}

function left(now, before) {
  const more = Object.entries(now).filter(([kind, count]) => count > (before[kind] ?? 0));
  return Object.fromEntries(more.map(([kind, count]) => [kind, count - (before[kind] ?? 0)]));
}
