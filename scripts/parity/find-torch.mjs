import { output } from '../run.mjs';

const { PYTHON } = process.env;
const candidates = PYTHON ? [PYTHON] : ['python3', '/usr/bin/python3', 'python'];

/** The first Python that has PyTorch, of `preferred` and the machine's; null where none has it. */
export function findTorch(preferred = []) {
  const all = PYTHON ? candidates : [...preferred, ...candidates];
  return all.find((python) => output(python, ['-c', 'import torch']) !== null) ?? null;
}

/** A Python that has PyTorch; ends the process, saying how to get one, where there is none. */
export function requireTorch() {
  const found = findTorch();
  if (found !== null) return found;
  console.error(
    `No Python with PyTorch here (tried ${candidates.join(', ')}). Get one with

    apt-get install python3-torch      (Debian, Ubuntu)
    pip install torch                  (anywhere)

or name one that has it: PYTHON=/path/to/python npm run parity`,
  );
  process.exit(1);
}
