import { type AsyncOptions, readSignal, refuseAborted } from '../../async/signal';
import { inTurn } from '../../async/turns';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type BatchNormArguments,
  type BatchNormFunctionOptions,
  batchNormOptions,
  readBatchNorm,
  roomFor,
} from '../batch-norm';
import {
  checkBatchCall,
  checkRunningCall,
  type RunningCall,
  updateFromBatch,
} from '../batch-norm-forward';
import { requireRunning } from '../statistics';
import { batchPass, runningPass } from './batch-norm-passes';
import { buffersOf } from './buffers-of';

const name = 'batchNormAsync';

/**
 * {@link batchNorm} off the event loop, with the same bits. Calls that update the same running
 * statistics do so in the order in which they were made; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what batchNorm returns, rejected with what it throws or with the reason of
 * `signal`; then the running statistics are as they were.
 *
 * @example
 * ```ts
 * const signal = AbortSignal.timeout(50);
 * const y = await functional.batchNormAsync(randn([8, 3, 4, 4]), zeros([3]), ones([3]), { signal });
 * ```
 */
export function batchNormAsync<Input extends TensorLike>(
  input: Input,
  runningMean: TensorLike | null,
  runningVar: TensorLike | null,
  options?: BatchNormFunctionOptions & AsyncOptions,
): Promise<Tensor<DTypeOf<Input>>>;
export async function batchNormAsync(
  input: TensorLike,
  runningMean: TensorLike | null,
  runningVar: TensorLike | null,
  options: BatchNormFunctionOptions & AsyncOptions = {},
): Promise<Tensor> {
  checkOptions(name, options, [...batchNormOptions, 'signal'], 'input, runningMean, runningVar');
  const signal = readSignal(name, options.signal);
  const read = readBatchNorm(name, input, runningMean, runningVar, options);
  const pass = read.training ? training(read, signal) : evaluation(read, signal);
  return inTurn(buffersOf(read.call), read.training, signal, pass);
}

function evaluation({ call }: BatchNormArguments, signal: AbortSignal | null) {
  const collapsed = checkRunningCall(call);
  return async () => {
    const options = { signal, keeps: false, ownsInput: false };
    const { output } = await runningPass(call as RunningCall, collapsed, options);
    refuseAborted(signal);
    return output;
  };
}

function training(read: BatchNormArguments, signal: AbortSignal | null) {
  const { call, momentum, unbiasedRunningVar } = read;
  const collapsed = checkBatchCall(call);
  return async () => {
    const statistics = roomFor(call);
    const options = { signal, keeps: false, ownsInput: false };
    const { output } = await batchPass(call, collapsed, statistics, options);
    refuseAborted(signal);
    requireRunning(name, call);
    if (output.size > 0) {
      updateFromBatch(call, collapsed, momentum, unbiasedRunningVar, statistics);
    }
    return output;
  };
}
