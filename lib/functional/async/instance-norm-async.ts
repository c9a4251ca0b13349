import { type AsyncOptions, readSignal, refuseAborted } from '../../async/signal';
import { inTurn } from '../../async/turns';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import { countSets } from '../arranged';
import type { RunningCall } from '../batch-norm-forward';
import {
  type InstanceNormFunctionOptions,
  instanceNormOptions,
  readInstanceNorm,
} from '../instance-norm';
import { beginInstances, updateFromInstances } from '../instance-norm-forward';
import { newStatistics, requireRunning } from '../statistics';
import { runningPass } from './batch-norm-passes';
import { buffersOf } from './buffers-of';
import { samplePass } from './sample-pass';

const name = 'instanceNormAsync';

/**
 * {@link instanceNorm} off the event loop, with the same bits. Calls that update the same running
 * statistics do so in the order in which they were made; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what instanceNorm returns, rejected with what it throws or with the reason
 * of `signal`; then the running statistics are as they were.
 *
 * @example
 * ```ts
 * const y = await functional.instanceNormAsync(randn([8, 3, 32, 32]));
 * ```
 */
export function instanceNormAsync<Input extends TensorLike>(
  input: Input,
  options?: InstanceNormFunctionOptions & AsyncOptions,
): Promise<Tensor<DTypeOf<Input>>>;
export async function instanceNormAsync(
  input: TensorLike,
  options: InstanceNormFunctionOptions & AsyncOptions = {},
): Promise<Tensor> {
  checkOptions(name, options, [...instanceNormOptions, 'signal'], 'input');
  const signal = readSignal(name, options.signal);
  const { call, useInputStats, momentum } = readInstanceNorm(name, input, options);
  const begun = beginInstances(call, useInputStats);
  const how = { signal, keeps: false, ownsInput: false };
  return inTurn(buffersOf(call), useInputStats, signal, async () => {
    if (begun.samples === null) {
      const { output } = await runningPass(begun.running as RunningCall, begun.collapsed, how);
      refuseAborted(signal);
      return output;
    }
    const statistics = newStatistics(countSets(begun.arranged));
    const { output } = await samplePass(begun.samples, statistics, how);
    refuseAborted(signal);
    requireRunning(name, call);
    updateFromInstances(call, begun.arranged, statistics, momentum);
    return output;
  });
}
