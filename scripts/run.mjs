import { spawn, spawnSync } from 'node:child_process';
import { root } from './root.mjs';

/** Runs a program in the repository, its output shown; returns whether it succeeded. */
export function succeeds(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a program in the repository, its output shown; ends this process where it fails. */
export function run(command, args, options) {
  if (succeeds(command, args, options)) return;
  console.error(`failed: ${[command, ...args].join(' ')}`);
  process.exit(1);
}

/** Runs a program in the repository beside others; whether it succeeded, and all that it printed. */
export function outcome(command, args, options = {}) {
  return new Promise((resolve) => {
    const program = spawn(command, args, { cwd: root, ...options });
    let printed = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        printed += text;
      });
    }
    program.on('error', (error) => {
      printed += `${command}: ${error.message}`;
    });
    program.on('close', (status) => resolve({ succeeded: status === 0, printed }));
  });
}

/** What a program prints, without the last line break; null where it fails or does not exist. */
export function output(command, args, options = {}) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  return status === 0 ? stdout.trimEnd() : null;
}
