import { types } from 'node:util';
import { CommanderError } from 'commander';
import { FileError } from '../formats/file-error';
import { CommandError, oneLine } from './command-error';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { makeProgram } from './program';

/**
 * Runs the command line and returns its exit code. What a user can put right is said in one line,
 * without a stack.
 */
export async function run(
  args: readonly string[],
  stdout: Environment['stdout'],
  stderr: Environment['stderr'],
): Promise<number> {
  const environment: Environment = { stdout, stderr, exitCode: ExitCode.ok };
  try {
    await makeProgram(environment).parseAsync(args, { from: 'user' });
    return environment.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error, stderr);
    stderr.write(`batchnorm: ${explain(error)}\n`);
    return isForUser(error) ? ExitCode.refused : ExitCode.unexpected;
  }
}

/** Help and the version are errors too; where nobody asked for help, no command was given. */
function commanderExit(error: CommanderError, stderr: Environment['stderr']): number {
  if (error.exitCode === 0) return ExitCode.ok;
  if (error.code !== 'commander.help') {
    const message = error.message.replace(/^error: /, '').replace(/\n+/g, ' ');
    stderr.write(`batchnorm: ${message}\n`);
  }
  return ExitCode.refused;
}

function explain(error: unknown): string {
  if (error instanceof CommandError) return oneLine(error);
  if (!types.isNativeError(error)) return String(error);
  return isForUser(error) ? error.message : (error.stack ?? error.message);
}

/** The library's errors are, though the addon that does not load has several lines to say. */
function isForUser(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  const isOfFile = error instanceof FileError;
  return isOfFile || error instanceof CommandError || String(code).startsWith('ERR_BATCHNORM_');
}
