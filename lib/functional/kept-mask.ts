import { Activation } from '../native';
import type { Tensor } from '../tensor/tensor';
import { type Described, describe } from './described';
import type { Keeper, KeptPass } from './keeper';
import { maskFor } from './kept';
import { newStatistics, type Statistics } from './statistics';

/**
 * What a forward pass with running statistics leaves for backward where nobody needs the gradients
 * of weight and bias: of its input no more than what it was like.
 */
export class KeptMask implements Keeper {
  statistics: Statistics;
  readonly usedBatchStatistics = false;
  hadResidual = false;
  input: Described | null = null;
  mask: Uint8Array | null = null;

  constructor(channels: number) {
    this.statistics = newStatistics(channels);
  }

  roomForStatistics(): Statistics {
    return this.statistics;
  }

  start(input: Tensor, _output: Tensor, activation: Activation): Tensor {
    const mask = activation === Activation.none ? null : maskFor(input.size, this.mask);
    this.input = null;
    this.mask = mask;
    return input;
  }

  finish(input: Tensor, _statistics: Statistics, _batch: boolean, hadResidual: boolean): void {
    this.input = describe(input);
    this.hadResidual = hadResidual;
  }

  take({ input, statistics, hadResidual, mask }: KeptPass): void {
    this.finish(input, statistics, false, hadResidual);
    this.statistics = statistics;
    this.mask = mask;
  }

  clear(): void {
    this.input = null;
    this.mask = null;
  }
}
