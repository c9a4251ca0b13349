const { execFileSync } = require('node:child_process');

/** How puppeteer launches the Chromium of this system. */
exports.chromium = () => ({
  executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
  // Chromium refuses to run as root with its sandbox.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
