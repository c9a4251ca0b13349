import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that a script in scripts/parity wrote with PyTorch. */
export function readFixtures<T>(name: string): T & { torch: string } {
  return JSON.parse(readFileSync(join(__dirname, 'fixtures', name), 'utf8'));
}
