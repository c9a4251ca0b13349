import { writeAtomically } from '../formats/atomic-file';
import type { StudyRecord } from '../study/record';
import { renderReport } from '../study/report/index';
import { type RunResult, runStudy, type StudyOptions } from '../study/run-study';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { Interruption } from './interruption';
import { checkWritable } from './stats-file';
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
  for (const path of [report, json]) if (path !== null) checkWritable(path);
  const interruption = new Interruption();
  const progress = new TrainProgress(stderr, interruption);
  try {
    const result = await runStudy(options, progress);
    progress.stop();
    if (!result.isFinished) {
      stderr.write(`interrupted; ${howToContinue(result, options)}\n`);
      return interruption.exitCode ?? ExitCode.unexpected;
    }
    write(result.record, options);
    stdout.write(trainTable(result.record));
    if (result.record.sweep.length > 0) stdout.write(`\n${sweepTable(result.record)}`);
    if (result.saved !== null) stdout.write(`\ncheckpoint: ${result.saved}\n`);
    if (report !== null) stdout.write(`\nreport: ${report}\n`);
    return ExitCode.ok;
  } finally {
    progress.stop();
    interruption.ignore();
  }
}

function write(record: StudyRecord, { report, json }: TrainOptions): void {
  if (json !== null) writeAtomically(json, [Buffer.from(`${JSON.stringify(record)}\n`)]);
  if (report !== null) writeAtomically(report, [Buffer.from(renderReport(record))]);
}

function howToContinue({ saved }: RunResult, { checkpoint }: TrainOptions): string {
  if (saved === null || checkpoint === null) return 'nothing is kept without --checkpoint DIR';
  return `kept in ${saved}: the same command with --resume continues`;
}
