import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { info } from 'batchnorm';

/** What the figures were taken on, and with. */
export function machine() {
  const { version, simdTarget } = info();
  return {
    version,
    simdTarget,
    node: process.version,
    system: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    caches: caches(),
    memoryGB: Math.round(totalmem() / 1e9),
  };
}

/** The data caches that the first core sees, as `{ name: 'L2', bytes }`; none where unknown. */
function caches() {
  const folder = '/sys/devices/system/cpu/cpu0/cache';
  const read = (index, file) => readFileSync(`${folder}/${index}/${file}`, 'utf8').trim();
  try {
    return readdirSync(folder)
      .filter((index) => /^index\d/.test(index) && read(index, 'type') !== 'Instruction')
      .map((index) => ({
        name: `L${read(index, 'level')}`,
        bytes: Number.parseInt(read(index, 'size'), 10) * 1024,
      }));
  } catch {
    return [];
  }
}
