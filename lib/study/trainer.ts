import { Batches } from './batches';
import type { DigitSets } from './digits';
import { classes } from './digits';
import { compareStatistics, test } from './evaluation';
import { initialWeights } from './initial-weights';
import { median } from './median';
import { Network } from './network';
import { imagesOf, targetsOf } from './pixels';
import type { StudyPoint, StudySettings } from './record';

export interface TrainerOptions {
  readonly settings: StudySettings;
  readonly isNormalized: boolean;
  readonly digits: DigitSets;
}

/** How far a network is. */
export interface Trained {
  readonly step: number;
  /** Of the last step; null where it is no longer finite: the network diverged, and goes no further. */
  readonly loss: number | null;
  /** Medians over the steps of this trainer. */
  readonly stepMilliseconds: number;
  readonly batchNormMilliseconds: number;
}

/** A network in training, from its first weights on. */
export class Trainer {
  readonly #digits: DigitSets;
  readonly #network: Network;
  readonly #batches: Batches;
  #step = 0;
  #loss = 0;
  #lossSum = 0;
  #lossCount = 0;
  readonly #stepTimes: number[] = [];
  readonly #batchNormTimes: number[] = [];

  constructor({ settings, isNormalized, digits }: TrainerOptions) {
    const { hidden, seed, initialStd, batchSize, learningRate, momentum, eps } = settings;
    const sizes = [digits.training.pixels, ...hidden, classes];
    this.#digits = digits;
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
    while (this.#step < until && Number.isFinite(this.#loss)) this.#trainStep();
    return {
      step: this.#step,
      loss: Number.isFinite(this.#loss) ? this.#loss : null,
      stepMilliseconds: median(this.#stepTimes),
      batchNormMilliseconds: median(this.#batchNormTimes),
    };
  }

  /** Where the network is now; the next point's loss begins here where `isPoint`. */
  evaluate({ statistics, isPoint }: { statistics: boolean; isPoint: boolean }): StudyPoint {
    const { training, test: testDigits } = this.#digits;
    const { accuracy, percentiles } = test(this.#network, testDigits);
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

  dispose(): void {
    this.#network.dispose();
  }

  #trainStep(): void {
    const { training } = this.#digits;
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
    this.#lossSum += this.#loss;
    this.#lossCount++;
    this.#stepTimes.push(performance.now() - start);
    this.#batchNormTimes.push(stopwatch.milliseconds);
  }
}
