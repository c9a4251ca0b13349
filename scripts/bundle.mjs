// Part of npm run compile: what dist/ holds of other packages, for this package to depend on none.
import { bundleCommandLine } from './bundle/command-line.mjs';
import { bundleReport } from './bundle/report.mjs';

await bundleCommandLine();
await bundleReport();
