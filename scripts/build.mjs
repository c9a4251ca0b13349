// npm run build: the addon and dist/.
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);
