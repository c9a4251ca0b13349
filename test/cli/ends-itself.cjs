// Preloaded into the command line, it sends the process a signal at one moment of its work, however
// fast the machine is: before the nth file that is put in its place, or after the first line on stderr.
const fs = require('node:fs');

const { signal, before } = JSON.parse(process.env.BATCHNORM_TEST_ENDS);
const end = () => process.kill(process.pid, signal);

if (before === undefined) {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (...args) => {
    process.stderr.write = write;
    const more = write(...args);
    end();
    return more;
  };
} else {
  const rename = fs.renameSync;
  let files = 0;
  fs.renameSync = (...args) => {
    if (++files === before) end();
    rename(...args);
  };
}
