import { Batches } from './batches';
import { classes, type DigitSets } from './digits';
import { compareStatistics, test } from './evaluation';
import { initialWeights } from './initial-weights';
import { median } from './median';
import { Network } from './network';
import type { NetworkState } from './network-state';
import { imagesOf, targetsOf } from './pixels';
import type { StudyPoint, StudySettings } from './record';

export interface TrainerOptions {
  readonly settings: StudySettings;
  readonly isNormalized: boolean;
  readonly digits: DigitSets;
}

/** All that another Trainer needs to continue to the same bits. */
export interface Snapshot {
  readonly step: number;
  readonly divergedAt: number | null;
  /** Of the steps since the last point. */
  readonly lossSum: number;
  readonly lossCount: number;
  readonly state: NetworkState;
}

/** How far a network is. */
export interface Trained {
  /** Of the last step; null where the network has diverged. */
  readonly loss: number | null;
  /** The step after which there is none, for something was no longer finite; null where all was. */
  readonly divergedAt: number | null;
}

/** Medians over the steps that a trainer has made. */
export interface Times {
  readonly stepMilliseconds: number;
  readonly batchNormMilliseconds: number;
}

/** A network in training, from its first weights on. */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #network: Network;
  readonly #batches: Batches;
  #step = 0;
  #loss = 0;
  #divergedAt: number | null = null;
  #lossSum = 0;
  #lossCount = 0;
  #trial: Trainer | null = null;
  readonly #stepTimes: number[] = [];
  readonly #batchNormTimes: number[] = [];

  constructor(options: TrainerOptions) {
    const { settings, isNormalized, digits } = options;
    const { hidden, seed, initialStd, batchSize, learningRate, momentum, eps } = settings;
    const sizes = [digits.training.pixels, ...hidden, classes];
    this.#options = options;
    this.#network = new Network({
      sizes,
      weights: initialWeights(sizes, initialStd, seed),
      batchNorm: isNormalized ? { momentum, eps } : null,
      learningRate,
    });
    this.#batches = new Batches(digits.training.count, batchSize, seed);
  }

  /** Trains up to a step, or until the network diverges. */
  train(until: number): Trained {
    while (this.#step < until && this.#divergedAt === null) this.#trainStep();
    return {
      loss: this.#divergedAt === null ? this.#loss : null,
      divergedAt: this.#divergedAt,
    };
  }

  times(): Times {
    return {
      stepMilliseconds: median(this.#stepTimes),
      batchNormMilliseconds: median(this.#batchNormTimes),
    };
  }

  /**
   * Where the network is now; null where it has diverged. Where `isPoint`, the next point's loss
   * begins here; else nothing changes, for a longer run does not measure here.
   */
  evaluate({ statistics, isPoint }: { statistics: boolean; isPoint: boolean }): StudyPoint | null {
    const { training, test: testDigits } = this.#options.digits;
    const result = test(this.#network, testDigits);
    if (result === null) {
      if (isPoint) this.#divergedAt = this.#step;
      return null;
    }
    const { accuracy, percentiles } = result;
    const point = {
      step: this.#step,
      trainLoss: this.#lossCount === 0 ? null : this.#lossSum / this.#lossCount,
      testAccuracy: accuracy,
      percentiles,
      statistics: statistics ? compareStatistics(this.#network, training) : [],
    };
    if (isPoint) {
      this.#lossSum = 0;
      this.#lossCount = 0;
    }
    return point;
  }

  snapshot(): Snapshot {
    return {
      step: this.#step,
      divergedAt: this.#divergedAt,
      lossSum: this.#lossSum,
      lossCount: this.#lossCount,
      state: this.#network.state(),
    };
  }

  restore({ step, divergedAt, lossSum, lossCount, state }: Snapshot): void {
    this.#step = step;
    this.#divergedAt = divergedAt;
    this.#lossSum = lossSum;
    this.#lossCount = lossCount;
    this.#network.loadState(state);
  }

  /** Begins another network, which trains with another learning rate. */
  beginTrial(learningRate: number): void {
    const settings = { ...this.#options.settings, learningRate };
    this.#trial = new Trainer({ ...this.#options, settings });
  }

  trainTrial(until: number): void {
    this.#trial?.train(until);
  }

  /** The test accuracy that it came to; null where it has diverged. */
  endTrial(): number | null {
    const trial = this.#trial;
    this.#trial = null;
    if (trial === null) return null;
    const isAlive = trial.#divergedAt === null;
    const result = isAlive ? test(trial.#network, this.#options.digits.test) : null;
    trial.dispose();
    return result?.accuracy ?? null;
  }

  dispose(): void {
    this.#network.dispose();
  }

  #trainStep(): void {
    const { training } = this.#options.digits;
    const { stopwatch } = this.#network;
    const start = performance.now();
    stopwatch.reset();
    const indices = this.#batches.at(this.#step);
    const batch = imagesOf(training, indices);
    const targets = targetsOf(training, indices);
    this.#loss = this.#network.train(batch, targets);
    batch.dispose();
    targets.dispose();
    this.#step++;
    if (!Number.isFinite(this.#loss)) this.#divergedAt = this.#step;
    this.#lossSum += this.#loss;
    this.#lossCount++;
    this.#stepTimes.push(performance.now() - start);
    this.#batchNormTimes.push(stopwatch.milliseconds);
  }
}
