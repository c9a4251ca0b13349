import { output } from '../run.mjs';

const { PYTHON } = process.env;
/** The Pythons that are looked for. */
export const candidates = PYTHON ? [PYTHON] : ['python3', '/usr/bin/python3', 'python'];

/** The PyTorch whose answers, words and printing this package follows. */
const followed = '2.15';

/** The first Python that has PyTorch, of `preferred` and the machine's; null where none has it. */
export function findTorch(preferred = []) {
  return findPython(['torch'], PYTHON ? candidates : [...preferred, ...candidates]);
}

/** The first of `pythons` that has these modules; null where none has them. */
export function findPython(modules, pythons = candidates, options = {}) {
  const code = `import ${modules.join(', ')}`;
  return pythons.find((python) => output(python, ['-c', code], options) !== null) ?? null;
}

/**
 * A Python that has PyTorch, of the version that is followed or a newer one; ends the process, saying
 * how to get one, where there is none.
 */
export function requireTorch() {
  const found = candidates.flatMap((python) => {
    const version = versionOf(python);
    return version === null ? [] : [{ python, version }];
  });
  const fit = found.find(({ version }) => isAtLeast(version, followed));
  if (fit !== undefined) return fit.python;
  const problem =
    found.length === 0
      ? `No Python with PyTorch here (tried ${candidates.join(', ')}).`
      : found.map(({ python, version }) => `${python} has PyTorch ${version}.`).join(' ');
  console.error(
    `${problem} What is compared follows PyTorch ${followed}. Get it with

    pip install 'torch>=${followed}'

or name a Python that has it: PYTHON=/path/to/python npm run parity`,
  );
  process.exit(1);
}

function versionOf(python) {
  return output(python, ['-c', 'import torch; print(torch.__version__)'])?.trim() ?? null;
}

function isAtLeast(version, least) {
  const [major, minor] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
