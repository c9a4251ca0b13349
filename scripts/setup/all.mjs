import { ensureAddon } from './addon.mjs';
import { ensureDist } from './dist.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** Brings a fresh clone to where the package runs; does nothing where all is in place. */
export function setUp(needs) {
  ensureSystemPackages(needs);
  ensureNodePackages();
  ensureAddon();
  ensureDist();
}
