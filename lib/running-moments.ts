import { ArgumentError, ShapeError } from './errors';
import { checkImageLayout, type ImageLayout } from './images/image-layout';
import type { Pixels } from './images/pixels';
import { checkBoolean, checkOptions } from './options';
import { readChunk, stateOf } from './running-moments-chunk';
import { type RunningMomentsJSON, readState, writeState } from './running-moments-json';
import { MomentsState } from './running-moments-state';
import { nameOf } from './tensor/name-of';

export interface RunningMomentsUpdateOptions {
  /**
   * How the sizes of an image are given, with any others before them. Default: 'HWC' of what has a
   * width and a height, as decoders give it; other shapes are (N, C, ...).
   */
  readonly from?: ImageLayout | undefined;
  /** Leaves out the last of 2 or 4 channels; default false. */
  readonly dropAlpha?: boolean | undefined;
  /**
   * What each value counts multiplied with. Default: 1 / 255 of bytes and 1 / 65535 of two-byte
   * values, which makes them 0 to 1, and 1 of floats; so `transforms.Normalize` takes `mean` and
   * `std` as they are. 1 leaves all as they are.
   */
  readonly scale?: number | undefined;
}

const name = 'RunningMoments';
const optionNames = ['from', 'dropAlpha', 'scale'];

const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * Count, mean, variance and extremes of each channel over any number of chunks, in float64: what a
 * data set's `mean` and `std` come from when it does not fit into memory, or lies on several
 * machines.
 *
 * Each chunk joins what came before by Chan's formula (Chan, Golub & LeVeque 1979, Stanford
 * STAN-CS-79-773), so that nothing cancels: not an average of averages, and never
 * `E[x^2] - E[x]^2`. The order of the chunks changes no more than the last digits, the same order
 * gives the same bits. NaN among the values of a channel makes all but its count NaN.
 *
 * @example
 * ```ts
 * const moments = new RunningMoments(3);
 * for (const batch of batches) moments.update(batch); // (N, 3, H, W)
 * const pixels = await sharp('cat.jpg').raw().toBuffer({ resolveWithObject: true });
 * moments.update(pixels); // bytes count as 0 to 1
 * moments.merge(RunningMoments.fromJSON(JSON.parse(fromAnotherMachine)));
 * new transforms.Normalize(moments.mean, moments.std);
 * ```
 */
export class RunningMoments {
  readonly #state: MomentsState;

  /**
   * @param channels - how many channels each chunk has
   * @throws ArgumentError where that is no integer of at least 1, or where options are given here,
   * which go to `update`
   */
  constructor(channels: number, ...rest: readonly never[]) {
    if (typeof channels !== 'number' || !Number.isSafeInteger(channels) || channels < 1) {
      throw new ArgumentError(
        `RunningMoments: channels should be an integer of at least 1, got ${nameOf(channels)}`,
      );
    }
    if (rest.some((value) => value !== undefined)) {
      throw new ArgumentError(
        'RunningMoments: takes the number of channels alone: options go to each update(chunk, { from, dropAlpha, scale })',
      );
    }
    this.#state = new MomentsState(channels);
  }

  /**
   * What `toJSON()` has given, to the last bit.
   *
   * @param json - as an object; `JSON.parse` makes one of text
   * @throws ArgumentError or ShapeError where no `toJSON()` can have given this
   */
  static fromJSON(json: unknown): RunningMoments {
    const state = readState(json);
    const moments = new RunningMoments(state.mean.length);
    moments.#state.merge(state);
    return moments;
  }

  get channels(): number {
    return this.#state.mean.length;
  }

  /** How many values of each channel have been seen. */
  get count(): number {
    return this.#state.count;
  }

  /** The mean of each channel, `sum(x) / count`; NaN where there are no values. */
  get mean(): Float64Array {
    return this.#state.mean.map((mean) => (this.count === 0 ? Number.NaN : mean));
  }

  /**
   * The population variance of each channel, `sum((x - mean)^2) / count` (biased, as
   * `functional.moments` gives it); NaN where there are no values. Multiply it by
   * `count / (count - 1)` for the unbiased one.
   */
  get variance(): Float64Array {
    return this.#state.variance();
  }

  /** The standard deviation of each channel, the square root of {@link variance}. */
  get std(): Float64Array {
    return this.variance.map(Math.sqrt);
  }

  /** The least value of each channel; Infinity where there are no values. */
  get min(): Float64Array {
    return this.#state.min.slice();
  }

  /** The greatest value of each channel; -Infinity where there are no values. */
  get max(): Float64Array {
    return this.#state.max.slice();
  }

  /**
   * Takes in the values of a chunk, of any size: a tensor (N, C, ...), in either memory format, of
   * floats, bytes or two-byte values; or pixels, as `transforms.Normalize` takes them, which is what has a width and a
   * height, or any shape with `from`.
   *
   * @throws ShapeError where it has another number of channels, or sizes that do not fit.
   * @throws DTypeError where its values are neither bytes, two-byte values nor floats.
   * @throws ArgumentError where an option makes no sense, or its memory is detached. A refused call
   * changes nothing.
   */
  update(chunk: Pixels, options: RunningMomentsUpdateOptions = {}): this {
    checkOptions(name, options, optionNames);
    const { from, dropAlpha = false, scale } = options;
    if (from !== undefined) checkImageLayout(name, 'from', from);
    checkBoolean(name, 'dropAlpha', dropAlpha);
    if (scale !== undefined) checkScale(scale);
    this.#join(stateOf(readChunk(chunk, from), this.channels, dropAlpha, scale));
    return this;
  }

  /**
   * Takes in what another object has seen, which stays as it is, as if its chunks had come here.
   *
   * @throws ArgumentError where `other` is no RunningMoments, ShapeError where it has another number
   * of channels
   */
  merge(other: RunningMoments): this {
    // No Proxy over one either.
    if (typeof other !== 'object' || other === null || !(#state in other)) {
      const hint = '; RunningMoments.fromJSON() makes one of what toJSON() gave';
      throw new ArgumentError(
        `RunningMoments: other should be RunningMoments, got ${nameOf(other)}${hint}`,
      );
    }
    if (other.channels !== this.channels) {
      throw new ShapeError(
        `RunningMoments: expected other to have ${this.channels} channels, got ${other.channels}`,
      );
    }
    this.#join(other.#state);
    return this;
  }

  #join(state: MomentsState): void {
    const count = this.count + state.count;
    if (!Number.isSafeInteger(count)) {
      throw new ArgumentError(`RunningMoments: ${count} values are more than can be counted`);
    }
    this.#state.merge(state);
  }

  /** All that is known, exactly, for `JSON.stringify` and {@link fromJSON}. */
  toJSON(): RunningMomentsJSON {
    return writeState(this.#state);
  }

  toString(): string {
    return `RunningMoments(${this.channels}, count=${this.count})`;
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

function checkScale(scale: unknown): void {
  if (typeof scale === 'number' && Number.isFinite(scale) && scale > 0) return;
  throw new ArgumentError(
    `${name}: scale should be a finite number above 0, such as 1 / 255, got ${nameOf(scale)}`,
  );
}
