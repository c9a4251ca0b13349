import { writeAtomically } from '../formats/atomic-file';
import type { StudySettings } from '../study/record';
import { runStudy } from '../study/study';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { Interruption } from './interruption';
import { checkWritable } from './stats-file';
import { TrainProgress } from './train-progress';
import { trainTable } from './train-table';

export interface TrainOptions {
  readonly settings: Partial<StudySettings>;
  readonly data: string | null;
  readonly json: string | null;
  readonly stdout: Environment['stdout'];
  readonly stderr: Environment['stderr'];
}

/** `batchnorm train`; returns the exit code. */
export async function train(options: TrainOptions): Promise<number> {
  const { settings, data, json, stdout, stderr } = options;
  if (json !== null) checkWritable(json);
  const interruption = new Interruption();
  const progress = new TrainProgress(stderr, interruption);
  try {
    const { record, step } = await runStudy({ settings, data }, progress);
    progress.stop();
    if (step < record.settings.steps) {
      stderr.write('interrupted; nothing is kept\n');
      return interruption.exitCode ?? ExitCode.unexpected;
    }
    if (json !== null) writeAtomically(json, [Buffer.from(`${JSON.stringify(record)}\n`)]);
    stdout.write(trainTable(record));
    return ExitCode.ok;
  } finally {
    progress.stop();
    interruption.ignore();
  }
}
