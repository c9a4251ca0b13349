import { output } from '../run.mjs';

/** A Python that has PyTorch; ends the process, saying how to get one, where there is none. */
export function requireTorch() {
  const { PYTHON } = process.env;
  const candidates = PYTHON ? [PYTHON] : ['python3', '/usr/bin/python3', 'python'];
  const found = candidates.find((python) => output(python, ['-c', 'import torch']) !== null);
  if (found !== undefined) return found;
  console.error(
    `No Python with PyTorch here (tried ${candidates.join(', ')}). Get one with

    apt-get install python3-torch      (Debian, Ubuntu)
    pip install torch                  (anywhere)

or name one that has it: PYTHON=/path/to/python npm run parity`,
  );
  process.exit(1);
}
