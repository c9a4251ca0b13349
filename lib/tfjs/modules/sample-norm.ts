import type { Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors';
import { type SampleNorm, sampleNormKept } from '../../modules/sample-norm';
import { nameOfGiven } from '../name-of-given';
import type { DataFormat } from './data-format';
import { runModule } from './run-module';

/** Runs a module that normalizes each sample by itself, after a check of its class. */
export function runSampleNorm<T extends Tensor>(
  caller: string,
  // biome-ignore lint/complexity/noBannedTypes: it is a class, whatever its constructor takes
  Class: Function,
  x: T,
  module: SampleNorm<number | null>,
  dataFormat: DataFormat | null,
): T {
  if (!(module instanceof Class)) {
    throw new ArgumentError(
      `${caller}: module should be of class ${Class.name}, got ${nameOfGiven(module)}`,
    );
  }
  const passes = sampleNormKept(module);
  return runModule({ caller, layer: module, passes, x, residual: null, dataFormat });
}
