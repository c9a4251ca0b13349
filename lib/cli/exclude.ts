import { resolve, sep } from 'node:path';
import picomatch from 'picomatch';

/** Whether a file is left out: `within` is its path from where the search began. */
export type Exclude = (path: string, within: string) => boolean;

/**
 * Leaves out what a glob names: without a slash any file or folder of that name, wherever the search
 * finds it; else a path or the end of one, and all below it.
 */
export function excluding(patterns: readonly string[]): Exclude {
  const matchers = patterns.map(matcher);
  return (path, within) => matchers.some((matches) => matches(slashed(resolve(path)), within));
}

function matcher(given: string): Exclude {
  const pattern = slashed(given).replace(/^\.\//, '').replace(/\/+$/, '');
  if (pattern.includes('/')) {
    const globs = [pattern, `**/${pattern}`].flatMap((glob) => [glob, `${glob}/**`]);
    const isMatch = picomatch(globs, { dot: true });
    return (path, within) => isMatch(path) || isMatch(slashed(within));
  }
  const isMatch = picomatch(pattern, { dot: true });
  return (_, within) =>
    slashed(within)
      .split('/')
      .some((name) => isMatch(name));
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
