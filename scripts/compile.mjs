// npm run compile: the addon and dist/. (A script named build would run prebuild first.)
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);
