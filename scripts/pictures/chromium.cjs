const { execFileSync } = require('node:child_process');

/** How puppeteer launches the Chromium of this system. */
exports.chromium = () => ({
  executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
  // Containers lack what its sandbox and its shared memory need; the pages it opens are our own.
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
