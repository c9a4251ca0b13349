import { type Native, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { FloatArray } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { Collapsed } from './collapse';
import { checkLikeInput, inFormat } from './like-input';
import { checkGradientOutput } from './output';
import type { ResponseSettings } from './response-settings';
import { checkStatus } from './status';
import type { Taker } from './taker';

/** A backward pass of local response normalization; the input is checked. */
export interface ResponseBackwardCall {
  /** What errors call it. */
  readonly name: string;
  readonly gradOutput: Tensor;
  readonly input: Tensor;
  readonly collapsed: Collapsed;
  readonly settings: ResponseSettings;
  readonly out: Tensor | null;
}

/** Returns the input's gradient. Throws before it changes anything. */
export function backwardResponses(call: ResponseBackwardCall): Tensor {
  const { input } = call;
  checkResponseBackward(call);
  const gradOutput = inFormat(call.gradOutput, input.memoryFormat);
  const gradInput = call.out ?? emptyLike(input);
  if (input.size === 0) return gradInput;
  const { localResponseBackward } = native;
  const status = giveResponseBackward(
    localResponseBackward,
    call,
    gradOutput.data,
    input.data,
    gradInput.data,
  );
  checkStatus(call.name, status);
  return gradInput;
}

/** Throws what {@link backwardResponses} has against a call. */
export function checkResponseBackward({
  name,
  gradOutput,
  input,
  out,
}: ResponseBackwardCall): void {
  checkLikeInput(name, 'gradOutput', gradOutput, input);
  if (out === null) return;
  const read = { gradOutput, input, weight: null, mean: undefined, invstd: undefined };
  checkGradientOutput(name, 'out', out, read);
}

/** Gives `take` what the addon takes, in its order. */
export function giveResponseBackward<Result>(
  take: Taker<Native['localResponseBackward'], Result>,
  { collapsed, settings }: ResponseBackwardCall,
  gradOutput: FloatArray,
  x: FloatArray,
  gradInput: FloatArray,
): Result {
  const { n, c, s, channelsLast } = collapsed;
  const { size, alpha, beta, k } = settings;
  return take(gradOutput, x, gradInput, n, c, s, channelsLast, size, alpha, beta, k);
}
