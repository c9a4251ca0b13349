import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.PARITY_FIXTURES ?? join(__dirname, 'fixtures');

/** A file that a script in scripts/parity wrote with PyTorch: the committed one, or a fresh one. */
export function readFixtures<T>(name: string): T & { torch: string } {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
