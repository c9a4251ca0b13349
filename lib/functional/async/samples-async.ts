import { refuseAborted } from '../../async/signal';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import { countSets } from '../arranged';
import { type ForwardArguments, sampleCall } from '../normalize-samples';
import { checkSampleOutput } from '../sample-forward';
import { newStatistics } from '../statistics';
import { samplePass } from './sample-pass';

/** What layerNormAsync, groupNormAsync and rmsNormAsync are once their options are read. */
export async function normalizeSamplesAsync(
  input: TensorLike,
  given: ForwardArguments,
  signal: AbortSignal | null,
): Promise<Tensor> {
  const call = sampleCall(input, given);
  checkSampleOutput(call);
  const statistics = newStatistics(countSets(call.arranged));
  const { output } = await samplePass(call, statistics, { signal, keeps: false, ownsInput: false });
  refuseAborted(signal);
  return output;
}
