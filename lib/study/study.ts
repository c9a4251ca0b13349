import { type Both, both, inBoth, type Kind, kinds } from './both';
import type { Checkpoint } from './checkpoint';
import type { DigitSets } from './digits';
import { median } from './median';
import type { NetworkRecord, StudyPoint, StudyRecord, StudySettings, SweepPoint } from './record';
import { withoutEnd } from './resume';
import { hasStatistics, isPoint, nextPoint } from './schedule';
import { TrainerThread } from './trainer-thread';

/** Is told how a study goes on. */
export interface StudyWatcher {
  /** After some steps of both networks; a loss is null where a network has diverged. */
  onSteps(step: number, losses: Both<number | null>): void;
  onPoint(step: number, points: Both<StudyPoint | null>): void;
}

/** Steps from one return to the caller to the next: some tenths of a second. */
const round = 50;

/**
 * Both networks in training, from the same weights on the same batches, each in a thread of its own;
 * they wait for each other after some steps.
 */
export class Study {
  readonly settings: StudySettings;
  readonly #digest: string;
  readonly #watcher: StudyWatcher;
  readonly #threads: Both<TrainerThread>;
  readonly #stepTimes: number[] = [];
  #startedAt = new Date().toISOString();
  #seconds = 0;
  /** Of the process before this one. */
  #stepMilliseconds = 0;
  #step = 0;
  #networks: Both<NetworkRecord> = both(() => ({
    points: [],
    divergedAt: null,
    stepMilliseconds: 0,
    batchNormMilliseconds: 0,
  }));
  #sweep: readonly SweepPoint[] = [];

  constructor(settings: StudySettings, digits: DigitSets, watcher: StudyWatcher) {
    this.settings = settings;
    this.#digest = digits.digest;
    this.#watcher = watcher;
    this.#threads = both(
      (kind) => new TrainerThread({ settings, digits, isNormalized: kind === 'batchNorm' }),
    );
  }

  /** How many steps were made. */
  get step(): number {
    return this.#step;
  }

  get isFinished(): boolean {
    return this.#step === this.settings.steps && kinds.every((kind) => this.#isMeasured(kind));
  }

  /** Goes on from where another process was. */
  async restore(checkpoint: Checkpoint): Promise<void> {
    const { networks, startedAt, seconds, stepMilliseconds, sweep } = checkpoint;
    await inBoth((kind) => this.#threads[kind].call('restore', networks[kind].snapshot));
    const { steps, evaluateEvery } = this.settings;
    this.#step = checkpoint.step;
    this.#networks = both((kind) => {
      const { record, snapshot } = networks[kind];
      if (this.#step === steps) return record;
      return { ...withoutEnd(record, evaluateEvery), divergedAt: snapshot.divergedAt };
    });
    this.#startedAt = startedAt;
    this.#seconds = seconds;
    this.#stepMilliseconds = stepMilliseconds;
    this.#sweep = sweep;
  }

  /** Trains some steps, up to the next point of the curves, which it measures, or not as far. */
  async advance(): Promise<void> {
    const { steps, evaluateEvery } = this.settings;
    const isFirst = this.#step === 0 && this.#networks.plain.points.length === 0;
    // The end of a run that was resumed may be where a longer one was interrupted.
    if (isFirst || this.#step === steps) return this.#evaluate();
    const point = nextPoint(this.#step, evaluateEvery, steps);
    await this.#train(Math.min(point, this.#step + round));
    if (this.#step === point) await this.#evaluate();
  }

  async #train(until: number): Promise<void> {
    const start = performance.now();
    const trained = await inBoth((kind) => this.#threads[kind].call('train', until));
    const milliseconds = performance.now() - start;
    this.#seconds += milliseconds / 1000;
    this.#stepTimes.push(milliseconds / (until - this.#step));
    this.#step = until;
    this.#networks = both((kind) => {
      return { ...this.#networks[kind], divergedAt: trained[kind].divergedAt };
    });
    const losses = both((kind) => trained[kind].loss);
    this.#watcher.onSteps(until, losses);
  }

  async #evaluate(): Promise<void> {
    const { steps, evaluateEvery } = this.settings;
    const argument = {
      statistics: hasStatistics(this.#step, evaluateEvery) || this.#step === steps,
      isPoint: isPoint(this.#step, evaluateEvery),
    };
    const points = await inBoth(async (kind) => {
      if (this.#networks[kind].divergedAt !== null) return null;
      return this.#threads[kind].call('evaluate', argument);
    });
    this.#networks = both((kind) => withPoint(this.#networks[kind], points[kind], this.#step));
    this.#watcher.onPoint(this.#step, points);
  }

  /** Whether a network has all of the point at which it is. */
  #isMeasured(kind: Kind): boolean {
    const { divergedAt, points } = this.#networks[kind];
    const last = points.at(-1);
    if (divergedAt !== null) return true;
    return last?.step === this.#step && (kind === 'plain' || last.statistics.length > 0);
  }

  /**
   * What both networks come to in `steps` steps with another learning rate; null where it is stopped
   * before. What others came to in another number of steps is left out from then on.
   */
  async sweep(
    learningRate: number,
    steps: number,
    isStopped: () => boolean,
  ): Promise<SweepPoint | null> {
    const isSame = (point: SweepPoint) =>
      point.learningRate === learningRate && point.steps === steps;
    const known = this.#sweep.find(isSame);
    if (known !== undefined) return known;
    await inBoth((kind) => this.#threads[kind].call('beginTrial', learningRate));
    for (let step = 0; step < steps && !isStopped(); ) {
      step = Math.min(step + round, steps);
      await inBoth((kind) => this.#threads[kind].call('trainTrial', step));
    }
    const results = await inBoth((kind) => this.#threads[kind].call('endTrial'));
    if (isStopped()) return null;
    const point = { learningRate, steps, ...results };
    const comparable = this.#sweep.filter((other) => other.steps === steps);
    this.#sweep = [...comparable, point].sort((a, b) => a.learningRate - b.learningRate);
    return point;
  }

  async checkpoint(): Promise<Checkpoint> {
    const record = await this.record();
    const snapshots = await inBoth((kind) => this.#threads[kind].call('snapshot'));
    const networks = both((kind) => ({
      record: record.networks[kind],
      snapshot: snapshots[kind],
    }));
    return { ...record, step: this.#step, digest: this.#digest, networks };
  }

  /** All but where it took place. Times are of this process, unless it has made no step. */
  async record(): Promise<Omit<StudyRecord, 'environment'>> {
    const kept = {
      settings: this.settings,
      startedAt: this.#startedAt,
      seconds: this.#seconds,
      stepMilliseconds: this.#stepMilliseconds,
      networks: this.#networks,
      sweep: [...this.#sweep],
    };
    if (this.#stepTimes.length === 0) return kept;
    const times = await inBoth((kind) => this.#threads[kind].call('times'));
    const networks = both((kind) => ({ ...kept.networks[kind], ...times[kind] }));
    return { ...kept, stepMilliseconds: median(this.#stepTimes), networks };
  }

  async end(): Promise<void> {
    await inBoth((kind) => this.#threads[kind].end());
  }
}

/** A point at a step that has one takes its place, but for the loss, which begins anew at each. */
function withPoint(record: NetworkRecord, point: StudyPoint | null, step: number): NetworkRecord {
  if (point === null) return { ...record, divergedAt: record.divergedAt ?? step };
  const before = record.points.filter((other) => other.step < step);
  const same = record.points.find((other) => other.step === step);
  const trainLoss = same === undefined ? point.trainLoss : same.trainLoss;
  return { ...record, points: [...before, { ...point, trainLoss }] };
}
