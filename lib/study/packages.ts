import { MissingPeerError } from '../errors';

const needed = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'];

/** The versions of the packages that multiply matrices; only those who train install them. */
export function packageVersions(): Record<string, string> {
  const missing = needed.filter((name) => !isInstalled(name));
  if (missing.length > 0) {
    const [verb, list] = [missing.length === 1 ? 'is' : 'are', missing.join(' ')];
    throw new MissingPeerError(
      `networks are trained with TensorFlow.js: ${missing.join(' and ')} ${verb} not installed: npm install ${list}`,
    );
  }
  return Object.fromEntries(
    needed.map((name) => [name, (require(`${name}/package.json`) as { version: string }).version]),
  );
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
