import { run } from '../../async/run';
import type { FloatArray } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import { allocateUninitialized } from '../../tensor/uninitialized';
import { countSets } from '../arranged';
import { checkBackward, giveBackward } from '../backward';
import {
  type ChannelArguments,
  channelBackwardCall,
  channelGradientsOf,
} from '../channel-gradients';
import {
  type BackwardArguments,
  type Gradients,
  gradientsOf,
  sampleBackwardCall,
} from '../normalize-samples';
import { machineEpsilon } from '../options';
import {
  checkSampleBackward,
  giveSampleBackward,
  type Normalizers,
  type SampleBackwardCall,
} from '../sample-backward';
import { giveSamples } from '../sample-forward';
import { newStatistics } from '../statistics';
import { listed } from '../taker';
import { gradInputOf } from './grad-input';
import { ownStatistics, withOwnParameters } from './own-parameters';

/** The gradients where each channel was normalized with one mean, off the event loop. */
export async function channelGradientsAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  given: ChannelArguments,
  signal: AbortSignal | null,
): Promise<Gradients> {
  const call = channelBackwardCall(gradOutput, input, given);
  const collapsed = checkBackward(call);
  const { name } = call.caller;
  const own = { ...withOwnParameters(name, call), ...ownStatistics(name, call) };
  const x = call.input as Tensor;
  const tensors = { gradOutput: call.gradOutput, input: x, memoryFormat: x.memoryFormat };
  const gradInput = await gradInputOf(name, { ...tensors, out: call.out }, signal, (dy, data, dx) =>
    run(
      name,
      'batchNormBackward',
      giveBackward(listed, own, collapsed, dy, data, dx, null),
      signal,
    ),
  );
  return channelGradientsOf(call, gradInput);
}

/** The gradients where each sample was normalized by itself, off the event loop. */
export async function sampleGradientsAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  given: BackwardArguments,
  signal: AbortSignal | null,
): Promise<Gradients> {
  const call = sampleBackwardCall(gradOutput, input, given);
  checkSampleBackward(call);
  const { name } = call.caller;
  const own = withOwnParameters(name, call);
  const ownNormalizers = call.statistics === null ? null : ownStatistics(name, call.statistics);
  const { input: x, memoryFormat, outputFormat } = call.arranged;
  const formats = { memoryFormat, outputFormat };
  const tensors = { gradOutput: call.gradOutput, input: x, ...formats, out: call.out };
  const gradInput = await gradInputOf(name, tensors, signal, async (dy, data, dx) => {
    const normalizers = ownNormalizers ?? (await statisticsOf(call, data, signal));
    const args = giveSampleBackward(listed, own, dy, data, dx, normalizers);
    await run(name, 'groupNormBackward', args, signal);
  });
  return gradientsOf(call, gradInput);
}

/** What a forward pass normalizes with, to the bit: it is one, whose output nobody sees. */
async function statisticsOf(
  { caller, arranged, eps }: SampleBackwardCall,
  x: FloatArray,
  signal: AbortSignal | null,
): Promise<Normalizers> {
  const { dtype, size } = arranged.input;
  const statistics = newStatistics(countSets(arranged));
  const unlearned = { weight: null, bias: null };
  const y = allocateUninitialized(dtype, size);
  const epsilon = eps ?? machineEpsilon(dtype);
  const args = giveSamples(listed, unlearned, arranged, x, y, epsilon, statistics);
  await run(caller.name, 'groupNormForward', args, signal);
  return statistics;
}
