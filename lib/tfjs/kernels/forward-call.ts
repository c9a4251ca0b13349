import type { Caller, ForwardCall } from '../../functional/internal';
import { Activation } from '../../native';
import { asChannels, type Channels, perChannel } from './channels';

/** The elements of a forward pass over channels; y is written. */
export interface ForwardElements {
  readonly x: Float32Array;
  readonly scale: Float32Array | null;
  readonly offset: Float32Array | null;
  readonly y: Float32Array;
  /** Statistics to normalize with; null where those of x are wanted. */
  readonly mean: Float32Array | null;
  readonly variance: Float32Array | null;
}

/** Batch normalization and nothing after it. */
export function forwardCall(
  caller: Caller,
  channels: Channels,
  eps: number,
  { x, scale, offset, y, mean, variance }: ForwardElements,
): ForwardCall {
  const input = asChannels(x, channels);
  return {
    caller,
    input,
    memoryFormat: input.memoryFormat,
    weight: perChannel(scale),
    bias: perChannel(offset),
    runningMean: perChannel(mean),
    runningVar: perChannel(variance),
    eps,
    residual: null,
    activation: Activation.none,
    negativeSlope: 0,
    kept: null,
    out: asChannels(y, channels),
  };
}
