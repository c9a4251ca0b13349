import { UsageError } from '../examples/serving/options.mjs';

/**
 * Answers what needs nothing installed: a wish for help, and options that make no sense. Returns
 * whether that was all.
 *
 * @param options what the command's options.mjs exports: `{ readOptions, usage }`
 * @param command as one types it
 */
export function answered({ readOptions, usage }, command) {
  try {
    const { help } = readOptions(process.argv.slice(2));
    if (help) console.log(usage);
    return help;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n${command} -- --help lists the options`);
    process.exitCode = 2;
    return true;
  }
}
