import { run } from '../../async/run';
import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type LocalResponseNormBackwardOptions,
  type LocalResponseNormGradients,
  localResponseNormBackwardOptions,
  readLocalResponseNormBackward,
} from '../local-response-norm-backward';
import { checkResponseBackward, giveResponseBackward } from '../response-backward';
import { listed } from '../taker';
import { gradInputOf } from './grad-input';

const name = 'localResponseNormBackwardAsync';

/**
 * {@link localResponseNormBackward} off the event loop, with the same bits. As
 * {@link BatchNorm.forwardAsync} it works on shared memory where it is and on copies of other: leave
 * all tensors alone until the promise is settled.
 *
 * @returns A promise of what localResponseNormBackward returns, rejected with what it throws or with
 * the reason of `signal`.
 */
export function localResponseNormBackwardAsync<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  size: number,
  options?: LocalResponseNormBackwardOptions & AsyncOptions,
): Promise<LocalResponseNormGradients<DTypeOf<Input>>>;
export async function localResponseNormBackwardAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  size: number,
  options: LocalResponseNormBackwardOptions & AsyncOptions = {},
): Promise<LocalResponseNormGradients> {
  const known = [...localResponseNormBackwardOptions, 'signal'];
  checkOptions(name, options, known, 'gradOutput, input, size');
  const signal = readSignal(name, options.signal);
  const call = readLocalResponseNormBackward(name, gradOutput, input, size, options);
  checkResponseBackward(call);
  const { gradOutput: dy, input: x, out } = call;
  const tensors = { gradOutput: dy, input: x, memoryFormat: x.memoryFormat, out };
  const gradInput = await gradInputOf(name, tensors, signal, (...arrays) =>
    run(name, 'localResponseBackward', giveResponseBackward(listed, call, ...arrays), signal),
  );
  return { gradInput };
}
