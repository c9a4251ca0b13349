import type { Activation } from '../native';
import type { Tensor } from '../tensor/tensor';
import type { Described } from './described';
import type { Statistics } from './statistics';

/** What a forward pass that ran elsewhere leaves for backward. */
export interface KeptPass {
  readonly input: Tensor;
  readonly statistics: Statistics;
  readonly usedBatchStatistics: boolean;
  readonly hadResidual: boolean;
  readonly mask: Uint8Array | null;
}

/** Takes from a forward pass what backward needs. */
export interface Keeper {
  /** What the pass normalized with. */
  readonly statistics: Statistics;
  /** Whether these are the batch's own. */
  readonly usedBatchStatistics: boolean;
  /** Whether it added a residual. */
  readonly hadResidual: boolean;
  /** Its input; null where there is no pass to go backward through. */
  input: Described | null;
  /** A bit for each element: whether the gradient passes the activation unchanged. */
  readonly mask: Uint8Array | null;

  /** Room for this many statistics. */
  roomForStatistics(count: number): Statistics;
  /**
   * Forgets the pass before and makes room for a new one, whose arguments are checked. Returns the
   * input as this pass is to read it.
   */
  start(input: Tensor, output: Tensor, activation: Activation): Tensor;
  /** Remembers a pass that has succeeded; `input` is what `start` returned. */
  finish(
    input: Tensor,
    statistics: Statistics,
    usedBatchStatistics: boolean,
    hadResidual: boolean,
  ): void;
  /** Remembers a pass that ran in other memory, which becomes its own. */
  take(passed: KeptPass): void;
  /** Lets go of everything, for a pass that nothing goes backward through. */
  clear(): void;
}
