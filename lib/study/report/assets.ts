import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Scripts and styles that npm run compile makes of browser/, each one text without imports. */
export function asset(name: 'main.js' | 'page.css'): string {
  return readFileSync(join(__dirname, 'browser', name), 'utf8');
}
