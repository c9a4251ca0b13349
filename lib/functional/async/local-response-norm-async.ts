import { type AsyncOptions, readSignal, refuseAborted } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type LocalResponseNormFunctionOptions,
  localResponseNormOptions,
  readLocalResponseNorm,
} from '../local-response-norm';
import { checkResponseOutput } from '../response-forward';
import { responsePass } from './response-pass';

const name = 'localResponseNormAsync';

/**
 * {@link localResponseNorm} off the event loop, with the same bits; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what localResponseNorm returns, rejected with what it throws or with the
 * reason of `signal`.
 *
 * @example
 * ```ts
 * const y = await functional.localResponseNormAsync(randn([8, 96, 27, 27]), 5);
 * ```
 */
export function localResponseNormAsync<Input extends TensorLike>(
  input: Input,
  size: number,
  options?: LocalResponseNormFunctionOptions & AsyncOptions,
): Promise<Tensor<DTypeOf<Input>>>;
export async function localResponseNormAsync(
  input: TensorLike,
  size: number,
  options: LocalResponseNormFunctionOptions & AsyncOptions = {},
): Promise<Tensor> {
  checkOptions(name, options, [...localResponseNormOptions, 'signal'], 'input, size');
  const signal = readSignal(name, options.signal);
  const call = readLocalResponseNorm(name, input, size, options);
  checkResponseOutput(call);
  const { output } = await responsePass(call, { signal, keeps: false, ownsInput: false });
  refuseAborted(signal);
  return output;
}
