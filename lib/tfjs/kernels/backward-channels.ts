import type { Caller } from '../../functional/internal';
import { Activation } from '../../native';
import { backwardInto } from './backward-into';
import { asChannels, type Channels, perChannel } from './channels';

/** The elements of a backward pass over channels; the last three are written. */
export interface ChannelGradients {
  readonly dy: Float32Array;
  readonly x: Float32Array;
  readonly scale: Float32Array | null;
  readonly mean: Float64Array;
  readonly invstd: Float64Array;
  readonly dx: Float32Array;
  readonly dScale: Float32Array;
  readonly dOffset: Float32Array;
}

/** The gradients of batch normalization; with `training`, mean and invstd are the batch's own. */
export function backwardChannels(
  caller: Caller,
  channels: Channels,
  training: boolean,
  { dy, x, scale, mean, invstd, dx, dScale, dOffset }: ChannelGradients,
): void {
  backwardInto(dScale, dOffset, {
    caller,
    gradOutput: asChannels(dy, channels),
    input: asChannels(x, channels),
    weight: perChannel(scale),
    mean,
    invstd,
    training,
    activation: Activation.none,
    negativeSlope: 0,
    mask: null,
    out: asChannels(dx, channels),
  });
}
