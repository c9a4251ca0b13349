import { fileURLToPath } from 'node:url';
import { requirePeer } from './installed.mjs';

/** A peer that is a program for Node.js, needing `packages` of those installed. */
export function nodeProgram(name, script, packages, ...args) {
  const absent = packages.filter((each) => !isInstalled(each));
  if (absent.length > 0) {
    return { name, missing: `no ${absent.join(', no ')}; npm run bench:install-peers installs it` };
  }
  const file = fileURLToPath(new URL(script, import.meta.url));
  return { name, command: process.execPath, args: [file, ...args] };
}

function isInstalled(name) {
  try {
    requirePeer.resolve(name);
    return true;
  } catch {
    return false;
  }
}
