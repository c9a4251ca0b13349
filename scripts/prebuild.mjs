// npm run prebuild: prebuilds/<platform>-<arch>/ for this machine.
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';
import { makePrebuild } from './setup/prebuilds.mjs';

setUp(building);
makePrebuild();
