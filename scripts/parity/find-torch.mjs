import { output } from '../run.mjs';

const { PYTHON } = process.env;
/** The Pythons that are looked for. */
export const candidates = PYTHON ? [PYTHON] : ['python3', '/usr/bin/python3', 'python'];

/** The first Python that has PyTorch, of `preferred` and the machine's; null where none has it. */
export function findTorch(preferred = []) {
  return findPython(['torch'], PYTHON ? candidates : [...preferred, ...candidates]);
}

/** The first of `pythons` that has these modules; null where none has them. */
export function findPython(modules, pythons = candidates, options = {}) {
  const code = `import ${modules.join(', ')}`;
  return pythons.find((python) => output(python, ['-c', code], options) !== null) ?? null;
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
