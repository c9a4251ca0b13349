/** What a run of the study leaves: the report shows it, and a checkpoint keeps it. */
export interface StudyRecord {
  readonly settings: StudySettings;
  readonly environment: StudyEnvironment;
  /** When the run began, in ISO 8601. */
  readonly startedAt: string;
  /** Seconds of training, those before a resumed checkpoint included. */
  readonly seconds: number;
  /** Of both networks, which train side by side, as the clock on the wall has it; a median. */
  readonly stepMilliseconds: number;
  readonly networks: { readonly plain: NetworkRecord; readonly batchNorm: NetworkRecord };
  /** Of `--lr-sweep`, by rising learning rate; empty without it. */
  readonly sweep: readonly SweepPoint[];
}

export interface StudySettings {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Standard deviation of the first weights. */
  readonly initialStd: number;
  /** Weight of the new value in BatchNorm1d's running statistics. */
  readonly momentum: number;
  readonly eps: number;
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** Steps from one point of the curves to the next; they begin closer, at 0, 1, 2, 5, 10, 20, ... */
  readonly evaluateEvery: number;
}

export interface StudyEnvironment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  /** By name: node, batchnorm, the packages that multiply matrices. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface NetworkRecord {
  readonly points: readonly StudyPoint[];
  /** The step at which the loss or what is measured was no longer finite; null where all were. */
  readonly divergedAt: number | null;
  /** Medians over the steps. */
  readonly stepMilliseconds: number;
  /** Of them in batch normalization, forward and backward; 0 without it. */
  readonly batchNormMilliseconds: number;
}

/** One point of the curves, measured in evaluation mode. */
export interface StudyPoint {
  readonly step: number;
  /** Mean cross-entropy, in nats, of the training batches since the last point. */
  readonly trainLoss: number | null;
  /** Of the test digits, from 0 to 1. */
  readonly testAccuracy: number;
  /** Of the input of one sigmoid in the last hidden layer, over the test digits: 15th, 50th, 85th. */
  readonly percentiles: readonly [number, number, number];
  /** One entry a BatchNorm layer; empty without them, and at points where they were not measured. */
  readonly statistics: readonly StatisticsDistance[];
}

/**
 * How far a layer's running statistics are from those of the whole training set, over the channels
 * that are not constant; null where that is no finite number.
 */
export interface StatisticsDistance {
  /** Root mean square over the channels of (running mean - true mean) / true standard deviation. */
  readonly mean: number | null;
  /** Root mean square over the channels of running variance / true variance - 1. */
  readonly variance: number | null;
}

/** Test accuracies, from 0 to 1; null where the network diverged. */
export interface SweepPoint {
  readonly learningRate: number;
  readonly steps: number;
  readonly plain: number | null;
  readonly batchNorm: number | null;
}
