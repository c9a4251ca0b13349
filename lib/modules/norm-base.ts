import { ArgumentError } from '../errors';
import { checkEps, checkMomentum } from '../functional/internal';
import type { DType } from '../tensor/dtype';
import type { Parameter } from '../tensor/parameter';
import type { Tensor } from '../tensor/tensor';
import { Module } from './module';
import type { Channels, NormState } from './norm-state';
import { reprBoolean, reprFloat } from './repr';
import type { Sized, StateEntry, Unsized } from './state-dict';
import { statisticsOption } from './state-dict-hints';

/** Whether a layer has a shift, or will have one once it is lazy no more. For this library alone. */
export let learnsBias: (layer: NormBase) => boolean;

/**
 * What the layers with statistics per channel share. One that derives from it makes the
 * {@link NormState}, keeps it for its own passes, and passes it on.
 */
export abstract class NormBase extends Module {
  /** Whether the layer learns `weight` and, unless that was left out, `bias`. */
  readonly affine: boolean;
  /** The type of parameters and buffers. */
  readonly dtype: DType;
  /** Set to false later, it stops the updates in training; evaluation still uses the buffers. */
  trackRunningStats: boolean;

  // Getters alone show these, since what forward checks must be what backward uses.
  readonly #state: NormState;
  // One for all the state entries of a lazy layer, which tell by it that they go together.
  readonly #unsized: Unsized;

  static {
    learnsBias = (layer) => layer.#state.hasBias;
  }

  protected constructor(state: NormState) {
    super();
    this.affine = state.affine;
    this.dtype = state.dtype;
    this.trackRunningStats = state.batches !== null;
    this.#state = state;
    this.#unsized = { sized: (numFeatures) => this.#sized(numFeatures) };
  }

  /** C, the channels of every input; 0 in a lazy layer that has seen none. */
  get numFeatures(): number {
    return this.#state.channels?.numFeatures ?? 0;
  }

  /** Scale, C values, 1 at first; null without `affine`. A lazy layer throws: it has none yet. */
  get weight(): Parameter | null {
    return this.#state.affine ? this.#channels.weight : null;
  }

  /** Shift, C values, 0 at first; null without `affine`, and where made with `bias: false`. */
  get bias(): Parameter | null {
    return this.#state.hasBias ? this.#channels.bias : null;
  }

  /** Running mean, C values, 0 at first; null where made without `trackRunningStats`. */
  get runningMean(): Tensor | null {
    return this.#state.batches === null ? null : this.#channels.runningMean;
  }

  /** Running variance, C values, 1 at first; null where made without `trackRunningStats`. */
  get runningVar(): Tensor | null {
    return this.#state.batches === null ? null : this.#channels.runningVar;
  }

  get #channels(): Channels {
    const { channels } = this.#state;
    if (channels !== null) return channels;
    throw new ArgumentError(
      `${this.constructor.name}: Attempted to use an uninitialized parameter: it is lazy and has no ` +
        'parameters and buffers before its first input: call forward once, or load a state dict',
    );
  }

  /** Added to the variance; a finite number >= 0. */
  get eps(): number {
    return this.#state.eps;
  }

  set eps(value: number) {
    this.#state.eps = checkEps(this.constructor.name, value);
  }

  /** Weight of the new value in the running statistics; null for their cumulative average. */
  get momentum(): number | null {
    return this.#state.momentum;
  }

  set momentum(value: number | null) {
    this.#state.momentum = value === null ? null : checkMomentum(this.constructor.name, value);
  }

  /** Training batches that went into the running statistics; null where there are none. */
  get numBatchesTracked(): number | null {
    return this.#state.batches === null ? null : this.#state.batches.value;
  }

  /** Running mean 0, running variance 1, no batch counted; nothing without `trackRunningStats`. */
  resetRunningStats(): void {
    if (!this.trackRunningStats) return;
    const { channels, batches } = this.#state;
    channels?.runningMean?.data.fill(0);
    channels?.runningVar?.data.fill(1);
    if (batches !== null) batches.value = 0;
  }

  /** Weight 1 and bias 0, and {@link resetRunningStats}. */
  resetParameters(): void {
    this.resetRunningStats();
    this.#state.channels?.weight?.data.fill(1);
    this.#state.channels?.bias?.data.fill(0);
  }

  protected override requireShapes(): void {
    // Without parameters and buffers there is nothing to wait for.
    if (this.#state.names.length > 0) this.#channels;
  }

  protected override ownParameters(): [name: string, parameter: Parameter][] {
    return [...parametersOf(this.#state.channels), ...super.ownParameters()];
  }

  /** `running_mean` and `running_var`; the counter is {@link numBatchesTracked}. */
  protected override ownBuffers(): [name: string, buffer: Tensor][] {
    return [...buffersOf(this.#state.channels), ...super.ownBuffers()];
  }

  protected override ownStateEntries(): StateEntry[] {
    const { batches, channels, names } = this.#state;
    const entries = super.ownStateEntries();
    if (channels === null) {
      entries.unshift(...names.map((key) => ({ key, name: key, unsized: this.#unsized })));
    }
    if (batches !== null) {
      const last = entries.findIndex(({ key }) => key === 'running_var');
      entries.splice(last + 1, 0, { key: 'num_batches_tracked', counter: batches });
    }
    return entries;
  }

  protected override absentState(): [key: string, option: string][] {
    const { affine, hasBias, batches } = this.#state;
    const parameters = affine ? [] : ['weight', 'bias'];
    const shift: [string, string][] = affine && !hasBias ? [['bias', 'bias: true']] : [];
    const statistics =
      batches === null ? ['running_mean', 'running_var', 'num_batches_tracked'] : [];
    return [
      ...parameters.map((key): [string, string] => [key, 'affine: true']),
      ...shift,
      ...statistics.map((key): [string, string] => [key, statisticsOption]),
    ];
  }

  protected override extraRepr(): string {
    const { eps, momentum, hasBias } = this.#state;
    return [
      `${this.numFeatures}`,
      `eps=${reprFloat(eps)}`,
      `momentum=${momentum === null ? 'None' : reprFloat(momentum)}`,
      `affine=${reprBoolean(this.affine)}`,
      `bias=${reprBoolean(hasBias)}`,
      `track_running_stats=${reprBoolean(this.trackRunningStats)}`,
    ].join(', ');
  }

  /**
   * Begins the first pass of a lazy layer, which has `numFeatures` channels from here on. Where that
   * throws, the layer stays lazy.
   */
  protected firstForward<Result>(numFeatures: number, begin: () => Result): Result {
    const lazy: object = Object.getPrototypeOf(this);
    this.#sized(numFeatures).take();
    try {
      return begin();
    } catch (error) {
      this.#state.channels = null;
      Object.setPrototypeOf(this, lazy);
      throw error;
    }
  }

  #sized(numFeatures: number): Sized {
    const state = this.#state;
    const Class = this.constructor;
    const Plain = state.lazy?.Plain ?? Class;
    // A user's class that extends a lazy one has more than the plain one has, and stays what it is.
    const becomes = Object.getPrototypeOf(Class) === Plain ? Plain : Class;
    const channels = state.channelsFor(becomes.name, numFeatures);
    return {
      tensors: new Map([...parametersOf(channels), ...buffersOf(channels)]),
      take: () => {
        state.channels = channels;
        Object.setPrototypeOf(this, becomes.prototype);
      },
    };
  }
}

function parametersOf(channels: Channels | null): [name: string, parameter: Parameter][] {
  const { weight = null, bias = null } = channels ?? {};
  return present([
    ['weight', weight],
    ['bias', bias],
  ]);
}

function buffersOf(channels: Channels | null): [name: string, buffer: Tensor][] {
  const { runningMean = null, runningVar = null } = channels ?? {};
  return present([
    ['running_mean', runningMean],
    ['running_var', runningVar],
  ]);
}

function present<T>(named: readonly [string, T | null][]): [string, T][] {
  return named.filter((entry): entry is [string, T] => entry[1] !== null);
}
