import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTorch } from '../../../scripts/parity/find-torch.mjs';
import { installed } from '../installed.mjs';

const script = fileURLToPath(new URL('child.py', import.meta.url));

/** PyTorch on one thread, and on all where there are more. */
export function pytorch() {
  const venv = join(installed, 'venv/bin/python');
  const python = findTorch(existsSync(venv) ? [venv] : []);
  if (python === null) {
    const missing =
      'no Python with PyTorch; npm run bench:install-peers installs it on Debian and Ubuntu, elsewhere pip install torch does';
    return [{ name: 'PyTorch', missing }];
  }
  const threads = availableParallelism();
  return [...new Set([1, threads])].map((count) => ({
    name: 'PyTorch',
    command: python,
    args: ['-B', script, String(count)],
    env: memoryIsKept,
  }));
}

// PyTorch takes each output from malloc, which gives large ones back to the system when they are
// freed: then most of a pass would be page faults. Our passes write to memory that is there too.
const memoryIsKept = { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: String(2 ** 40) };
