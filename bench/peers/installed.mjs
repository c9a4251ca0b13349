import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../scripts/root.mjs';

/** Where npm run bench:install-peers puts what it installs. */
export const installed = join(root, 'build/peers');

/** A Node package of those; throws where it is not installed. */
export const requirePeer = createRequire(join(installed, 'package.json'));
