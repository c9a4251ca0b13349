import { ArgumentError } from '../errors';
import { Activation } from '../native';
import type { Tensor } from '../tensor/tensor';
import { arrangeInstances, refuseOneElement } from './arrange-instances';
import { type Arranged, countSets } from './arranged';
import {
  checkRunningCall,
  type ForwardCall,
  forwardWithRunningStatistics,
} from './batch-norm-forward';
import type { Caller } from './caller';
import type { Collapsed } from './collapse';
import type { Keeper } from './keeper';
import { type Parameters, type Running, refuseSharedBuffers } from './parameters';
import { checkSampleOutput, forwardSamples, type SampleForwardCall } from './sample-forward';
import { perChannel, type Statistics, updateRunning } from './statistics';

/** A forward pass of InstanceNorm, its arguments converted; nothing is checked yet. */
export interface InstanceForwardCall extends Parameters {
  readonly caller: Caller;
  readonly input: Tensor;
  readonly eps: number;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Keeper | null;
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
  const arranged = checkInstances(call, useInputStats);
  if (!useInputStats) return forwardWithRunningStatistics(unfused(call, arranged));
  const statistics = room(countSets(arranged));
  const output = forwardSamples(sampleCall(call, arranged), statistics);
  updateFromInstances(call, arranged, statistics, momentum);
  return output;
}

/**
 * Throws what {@link forwardInstances} has against a call before `out` is looked at, and against its
 * running statistics.
 */
function checkInstances(call: InstanceForwardCall, useInputStats: boolean): Arranged {
  const { caller, input, runningMean, runningVar } = call;
  if ((runningMean === null) !== (runningVar === null)) {
    throw new ArgumentError(
      `${caller.name}: running_mean and running_var must either both be None or neither be None: ` +
        'pass both, or null for both',
    );
  }
  const arranged = arrangeInstances(caller, input, call);
  if (useInputStats) {
    refuseOneElement(caller, arranged);
    refuseSharedBuffers(caller.name, call);
  } else if (runningMean === null) {
    throw new ArgumentError(
      `${caller.name}: Expected running_mean and running_var to be defined when use_input_stats is ` +
        'false: pass them, or useInputStats: true',
    );
  }
  return arranged;
}

/** A checked call, as one of the two kinds of passes that there are. */
export type InstancePass =
  | { readonly samples: SampleForwardCall; readonly arranged: Arranged }
  | { readonly samples: null; readonly running: ForwardCall; readonly collapsed: Collapsed };

/** Throws what {@link forwardInstances} has against a call. */
export function beginInstances(call: InstanceForwardCall, useInputStats: boolean): InstancePass {
  const arranged = checkInstances(call, useInputStats);
  if (!useInputStats) {
    const running = unfused(call, arranged);
    return { samples: null, running, collapsed: checkRunningCall(running) };
  }
  const samples = sampleCall(call, arranged);
  checkSampleOutput(samples);
  return { samples, arranged };
}

/** A call that normalizes with the input's own statistics, as of any layer that does. */
function sampleCall(call: InstanceForwardCall, arranged: Arranged): SampleForwardCall {
  const { caller, weight, bias, runningMean, runningVar, eps, out, kept } = call;
  return { caller, arranged, weight, bias, runningMean, runningVar, eps, out, kept };
}

/** The same as a call of BatchNorm's, which normalizes with running statistics. */
function unfused(call: InstanceForwardCall, { memoryFormat }: Arranged): ForwardCall {
  return {
    ...call,
    memoryFormat,
    residual: null,
    activation: Activation.none,
    negativeSlope: 0,
  };
}

/** Puts the mean over the samples of their statistics into the running ones. */
export function updateFromInstances(
  { runningMean, runningVar }: Running,
  arranged: Arranged,
  statistics: Statistics,
  momentum: number,
): void {
  // Of no instances there is no average.
  if (arranged.input.size === 0 || runningMean === null) return;
  const averages = averagesOver(arranged, statistics);
  const correction = arranged.s / (arranged.s - 1);
  updateRunning(runningMean, runningVar, averages, momentum, correction);
}

/** The mean over the samples of each channel's statistics. */
function averagesOver({ n, c }: Arranged, { mean, variance }: Statistics): Averages {
  const to = { mean: perChannel(c), variance: perChannel(c) };
  for (let sample = 0; sample < n; sample++) {
    for (let channel = 0; channel < c; channel++) {
      const at = sample * c + channel;
      to.mean[channel] = (to.mean[channel] as number) + (mean[at] as number) / n;
      to.variance[channel] = (to.variance[channel] as number) + (variance[at] as number) / n;
    }
  }
  return to;
}

type Averages = Pick<Statistics, 'mean' | 'variance'>;
