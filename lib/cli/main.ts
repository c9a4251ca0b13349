import { ExitCode } from './exit-code';
import { run } from './run';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as head, is no error.
    if (code === 'EPIPE') process.exit();
    if (stream === process.stdout) {
      process.stderr.write(`batchnorm: cannot write to standard output: ${message}\n`);
    }
    process.exit(ExitCode.refused);
  });
}

run(process.argv.slice(2), process.stdout, process.stderr).then((exitCode) => {
  process.exitCode = exitCode;
});
