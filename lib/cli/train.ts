import { resolve } from 'node:path';
import { writeAtomically } from '../formats/atomic-file';
import { FileError } from '../formats/file-error';
import { renderReport } from '../study/report/index';
import { type RunResult, runStudy, type StudyOptions } from '../study/run-study';
import { checkWritable } from './check-writable';
import { CommandError } from './command-error';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { Interruption } from './interruption';
import { TrainProgress } from './train-progress';
import { sweepTable, trainTable } from './train-table';

export interface TrainOptions extends StudyOptions {
  /** Where to write the report, and the record; null for nowhere. */
  readonly report: string | null;
  readonly json: string | null;
  readonly stdout: Environment['stdout'];
  readonly stderr: Environment['stderr'];
}

/** `batchnorm train`; returns the exit code. */
export async function train(options: TrainOptions): Promise<number> {
  const { report, json, stdout, stderr } = options;
  checkOutputs(options);
  const interruption = new Interruption();
  const progress = new TrainProgress(stderr, interruption);
  interruption.tell(progress);
  try {
    const result = await runStudy(options, progress);
    const { record, isTrained, isFinished, isSaved, saved } = result;
    progress.stop();
    if (isTrained) {
      stdout.write(trainTable(record));
      if (record.sweep.length > 0) stdout.write(`\n${sweepTable(record)}`);
    }
    if (isFinished && saved !== null) stdout.write(`\ncheckpoint: ${saved}\n`);
    const isJSONWritten = write(json, () => `${JSON.stringify(record)}\n`, stderr);
    const isReportWritten = write(report, () => renderReport(record), stderr);
    if (report !== null && isReportWritten) stdout.write(`\nreport: ${report}\n`);
    if (!isFinished) {
      stderr.write(`interrupted; ${howToContinue(result, options)}\n`);
      return interruption.exitCode ?? ExitCode.unexpected;
    }
    return isSaved && isJSONWritten && isReportWritten ? ExitCode.ok : ExitCode.someSkipped;
  } finally {
    progress.stop();
    interruption.ignore();
  }
}

/** Refuses outputs that could not be written, before there is work to lose. */
function checkOutputs({ report, json }: TrainOptions): void {
  for (const path of [report, json]) if (path !== null) checkWritable(path);
  if (report !== null && json !== null && resolve(report) === resolve(json)) {
    throw new CommandError(`--report and --json should be two files, both are ${report}`);
  }
}

/** Whether there is nothing to write, or it is written; what is refused leaves the rest its turn. */
function write(path: string | null, content: () => string, stderr: Environment['stderr']): boolean {
  if (path === null) return true;
  try {
    writeAtomically(path, [Buffer.from(content())]);
    return true;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    stderr.write(`batchnorm: ${error.message}\n`);
    return false;
  }
}

function howToContinue({ saved }: RunResult, { checkpoint }: TrainOptions): string {
  if (checkpoint === null) return 'nothing is kept without --checkpoint DIR';
  if (saved === null) return 'nothing could be kept';
  return `kept in ${saved}: the same command with --resume continues`;
}
