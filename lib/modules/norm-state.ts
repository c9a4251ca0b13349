import type { Caller, Described } from '../functional/internal';
import { ones, zeros } from '../tensor/creation';
import type { DType } from '../tensor/dtype';
import { Parameter } from '../tensor/parameter';
import type { Tensor } from '../tensor/tensor';
import { callerOfAny } from './any-channels';
import { Counter } from './counter';
import type { NormSettings } from './norm-options';
import { checkNumFeatures } from './num-features';

/** The part of a layer that depends on its number of channels. */
export interface Channels {
  readonly numFeatures: number;
  readonly caller: Caller;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

/** Stands for the number of channels of a lazy layer, which is a `Plain` one once it has them. */
export class Lazy {
  // biome-ignore lint/complexity/noBannedTypes: it is a class, whatever its constructor takes
  constructor(readonly Plain: Function) {}
}

/** Which inputs a layer takes, but for their channels. */
export type Accepted = Pick<Caller, 'ranks' | 'unbatchedRank'>;

/** What a layer with statistics per channel holds, out of reach of its users. */
export class NormState {
  readonly accepts: Accepted;
  readonly affine: boolean;
  readonly hasBias: boolean;
  readonly dtype: DType;
  eps: number;
  momentum: number | null;
  /** Batches in the running statistics; null where there are none. */
  readonly batches: Counter | null;
  /** Whether it takes any number of channels, for it has no value per channel. */
  readonly takesAny: boolean;
  /** What a lazy layer is to become; null where the layer was never lazy. */
  readonly lazy: Lazy | null;
  /** Null as long as the layer is lazy. */
  channels: Channels | null;

  /** @param name The layer's class, for errors. */
  constructor(name: string, accepts: Accepted, numFeatures: number | Lazy, settings: NormSettings) {
    this.accepts = accepts;
    this.affine = settings.affine;
    this.hasBias = settings.affine && settings.bias;
    this.dtype = settings.dtype;
    this.eps = settings.eps;
    this.momentum = settings.momentum;
    this.batches = settings.trackRunningStats ? new Counter() : null;
    this.takesAny = this.names.length === 0;
    this.lazy = numFeatures instanceof Lazy ? numFeatures : null;
    this.channels = numFeatures instanceof Lazy ? null : this.channelsFor(name, numFeatures);
  }

  /** What the state dict calls the tensors in {@link channels}. */
  get names(): readonly string[] {
    const parameters = this.affine ? ['weight'] : [];
    if (this.hasBias) parameters.push('bias');
    const buffers = this.batches === null ? [] : ['running_mean', 'running_var'];
    return [...parameters, ...buffers];
  }

  /** The layer's channels for an input: those of the input where the layer has no value per channel. */
  fit(channels: Channels, input: Described): Channels {
    if (!this.takesAny) return channels;
    const caller = callerOfAny(channels.caller, input);
    if (caller === channels.caller) return channels;
    return { ...channels, caller, numFeatures: caller.numFeatures ?? 0 };
  }

  /** New ones, in their first state. */
  channelsFor(name: string, numFeatures: number): Channels {
    const { dtype, affine, hasBias, accepts } = this;
    const shape = [checkNumFeatures(name, numFeatures)];
    const tracks = this.batches !== null;
    return {
      numFeatures,
      caller: { name, ...accepts, numFeatures },
      weight: affine ? new Parameter(ones(shape, { dtype })) : null,
      bias: hasBias ? new Parameter(zeros(shape, { dtype })) : null,
      runningMean: tracks ? zeros(shape, { dtype }) : null,
      runningVar: tracks ? ones(shape, { dtype }) : null,
    };
  }
}
