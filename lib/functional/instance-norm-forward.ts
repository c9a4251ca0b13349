import { ArgumentError } from '../errors';
import { Activation } from '../native';
import type { Tensor } from '../tensor/tensor';
import { arrangeInstances, refuseOneElement } from './arrange-instances';
import { type Arranged, countSets } from './arranged';
import { forwardWithRunningStatistics } from './batch-norm-forward';
import type { Caller } from './caller';
import type { Kept } from './kept';
import { refuseOverlap } from './output';
import { type Parameters, refuseSharedBuffers } from './parameters';
import { forwardSamples } from './sample-forward';
import { perChannel, type Statistics, updateRunning } from './statistics';

/** A forward pass of InstanceNorm, its arguments converted; nothing is checked yet. */
export interface InstanceForwardCall extends Parameters {
  readonly caller: Caller;
  readonly input: Tensor;
  readonly eps: number;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Kept | null;
}

/**
 * Normalizes each channel of each sample with its own statistics (which go to what `room` gives)
 * and puts their average over the batch into the running ones, or normalizes with these. Throws
 * before it changes anything.
 */
export function forwardInstances(
  call: InstanceForwardCall,
  useInputStats: boolean,
  momentum: number,
  room: (count: number) => Statistics,
): Tensor {
  const { caller, input, weight, bias, runningMean, runningVar, eps, out, kept } = call;
  if ((runningMean === null) !== (runningVar === null)) {
    throw new ArgumentError(
      `${caller.name}: running_mean and running_var must either both be None or neither be None: ` +
        'pass both, or null for both',
    );
  }
  const arranged = arrangeInstances(caller, input, call);
  if (!useInputStats) return forwardWithRunning(call, arranged);
  refuseOneElement(caller, arranged);
  refuseSharedBuffers(caller.name, call);
  const statistics = room(countSets(arranged));
  const averages = runningMean === null ? null : newAverages(arranged.c);
  const output = forwardSamples(
    { caller, input, arranged, weight, bias, runningMean, runningVar, eps, out, kept },
    statistics,
  );
  // Of no instances there is no average.
  if (averages !== null && arranged.input.size > 0) {
    averageOver(arranged, statistics, averages);
    const correction = arranged.s / (arranged.s - 1);
    updateRunning(runningMean, runningVar, averages, momentum, correction);
  }
  return output;
}

function forwardWithRunning(call: InstanceForwardCall, { input }: Arranged): Tensor {
  const { name } = call.caller;
  if (call.runningMean === null) {
    throw new ArgumentError(
      `${name}: Expected running_mean and running_var to be defined when use_input_stats is ` +
        'false: pass them, or useInputStats: true',
    );
  }
  if (call.out !== null && input.data !== call.input.data) {
    refuseOverlap(name, 'out', call.out.data, 'input, which is channels last', call.input.data);
  }
  const unfused = { residual: null, activation: Activation.none, negativeSlope: 0 };
  return forwardWithRunningStatistics({ ...call, ...unfused, input });
}

type Averages = Pick<Statistics, 'mean' | 'variance'>;

function newAverages(channels: number): Averages {
  return { mean: perChannel(channels), variance: perChannel(channels) };
}

/** The mean over the samples of each channel's statistics. */
function averageOver({ n, c }: Arranged, { mean, variance }: Statistics, to: Averages): void {
  for (let sample = 0; sample < n; sample++) {
    for (let channel = 0; channel < c; channel++) {
      const at = sample * c + channel;
      to.mean[channel] = (to.mean[channel] as number) + (mean[at] as number) / n;
      to.variance[channel] = (to.variance[channel] as number) + (variance[at] as number) / n;
    }
  }
}
