// npm run pictures: draws those of docs/ that show what the library does, from the library itself.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svg } from '../bench/charts/svg.mjs';
import { kindsPicture } from './pictures/kinds.mjs';
import { root } from './root.mjs';

writeFileSync(join(root, 'docs/normalization-kinds.svg'), await svg(kindsPicture()));
