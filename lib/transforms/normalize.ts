import { type AsyncOptions, readSignal } from '../async/signal';
import { ArgumentError } from '../errors';
import { checkImageLayout, type ImageLayout } from '../images/image-layout';
import type { Pixels } from '../images/pixels';
import { reprFloat } from '../modules/repr';
import { checkBoolean, checkOptions } from '../options';
import { checkDType, type DType } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';
import type { Tensor } from '../tensor/tensor';
import { type ChannelScaling, type ChannelValues, readScaling } from './channel-scaling';
import { checkFit } from './check-fit';
import type { ImageTarget } from './image-output';
import { type NormalizeCall, normalizeImages } from './normalize-images';
import { normalizeImagesAsync } from './normalize-images-async';

export interface NormalizeOptions<D extends DType | undefined = DType | undefined> {
  /**
   * The element type of what is written. Default: that of float pixels, float32 for bytes. Float
   * pixels of the other type are converted first.
   */
  readonly dtype?: D | undefined;
  /**
   * What bytes and two-byte values are multiplied with before. Default: 1 / 255 and 1 / 65535, which
   * make them 0 to 1; `mean` and `std` are those of what that gives. Floats are never scaled. With
   * null only floats are taken, as by torchvision.
   */
  readonly scale?: number | null | undefined;
}

export interface NormalizeForwardOptions {
  /**
   * How the pixels come. Default: 'HWC' of what has a width and a height, as decoders give it;
   * 'CHW' of tensors and other data with a shape.
   */
  readonly from?: ImageLayout | undefined;
  /** How they are written; default 'CHW'. */
  readonly to?: ImageLayout | undefined;
  /** Leaves out the last of 2 or 4 channels; images of 1 or 3 have no alpha. Default false. */
  readonly dropAlpha?: boolean | undefined;
  /**
   * Where to write: a tensor, or a Float32Array or Float64Array of as many elements, such as a part
   * of a batch. It may be the pixels' own memory where their layout stays.
   */
  readonly out?: ImageTarget | null | undefined;
}

/** The dtype that pixels have when they are normalized, `D` being the one that was asked for. */
export type NormalizedDType<D extends DType | undefined, Given> = D extends DType
  ? D
  : Given extends { readonly data: infer Data }
    ? FloatsOf<Data>
    : DType;

/** float32 unless the pixels are, or may be, float64. */
type FloatsOf<Data> = Data extends Float64Array
  ? 'float64'
  : Float64Array extends Data
    ? DType
    : 'float32';

const name = 'Normalize';
const optionNames = ['dtype', 'scale'];
const forwardOptionNames = ['from', 'to', 'dropAlpha', 'out'];

/**
 * Normalizes images, as torchvision's `transforms.Normalize`:
 *
 *     y[c] = (x[c] - mean[c]) / std[c]
 *
 * Bytes are multiplied with `scale` before, as `ToTensor` does, and two-byte values as
 * `ConvertImageDtype` does. In one pass it also changes the layout and drops alpha: from the pixels
 * that a decoder gives to the tensor that a model takes.
 *
 * Results have the very bits of PyTorch: each operation is rounded to the dtype, so float pixels
 * give those of torchvision's `Normalize`, bytes those of `ToTensor` followed by it, and two-byte
 * values those of `ConvertImageDtype` followed by it.
 *
 * @example
 * ```ts
 * const { Normalize, IMAGENET } = transforms;
 * const normalize = new Normalize(IMAGENET.mean, IMAGENET.std);
 * const image = sharp('cat.jpg').autoOrient().resize(224, 224);
 * const pixels = await image.raw().toBuffer({ resolveWithObject: true });
 * const x = normalize.forward(pixels, { dropAlpha: true }); // float32 [3, 224, 224]
 * new ort.Tensor('float32', x.data, [1, ...x.shape]);
 * ```
 */
export class Normalize<D extends DType | undefined = undefined> {
  /** A value for each channel, or one for all of them. */
  readonly mean: readonly number[];
  /** As many. */
  readonly std: readonly number[];
  /** What was asked for; undefined where it depends on the pixels. */
  readonly dtype: DType | undefined;
  /** What bytes are multiplied with; null where none are taken. Two-byte values: see the option. */
  readonly scale: number | null;
  readonly #wordScale: number | null;
  readonly #scaling: ChannelScaling;

  /**
   * @param mean - a value for each channel, or one for all of them
   * @param std - the same; none of them 0
   * @throws ArgumentError where their numbers differ, or one of them is not finite or, of std, 0 in
   * the dtype (float32 where that is left open); where `scale` makes no sense; and where they cannot
   * be of values that `scale` gives, as those of 0 to 255 are not of 0 to 1.
   * @throws DTypeError where `dtype` is unknown.
   */
  constructor(mean: ChannelValues, std: ChannelValues, options: NormalizeOptions<D> = {}) {
    checkOptions(name, options, optionNames);
    const { dtype, scale: given } = options;
    this.dtype = dtype === undefined ? dtype : checkDType(dtype, name);
    const scale = given === undefined ? 1 / 255 : checkScale(given);
    this.scale = scale;
    this.#wordScale = given === undefined ? 1 / 65535 : scale;
    this.#scaling = readScaling(name, mean, std, this.dtype ?? 'float32');
    // As soon as it can be seen. With a scale of the user's own pixels may be of either type, and
    // floats may be of any size.
    if (scale !== null) checkFit(name, this.#scaling, given === undefined ? 255 : 65535, scale);
    this.mean = Object.freeze([...this.#scaling.mean]);
    this.std = Object.freeze([...this.#scaling.std]);
  }

  /**
   * @param pixels - what sharp or a canvas gives, a Tensor or `{ data, shape }`: an image, or any
   * number of them with their sizes before an image's own, as in `[N, H, W, C]`
   * @returns `out`, or a new contiguous tensor of shape `[C, H, W]` or, with `to: 'HWC'`, `[H, W, C]`,
   * with the same sizes before these
   * @throws ShapeError where shape, length and number of channels do not fit each other, mean and
   * std, or `out`.
   * @throws DTypeError where pixels are neither bytes, two-byte values nor floats, or are no floats
   * with `scale: null`; and where `out` has another dtype.
   * @throws ArgumentError where an option makes no sense, memory is detached, `out` overlaps the
   * pixels, or mean and std cannot be of values that the scale gives. A refused call changes nothing.
   */
  forward<Given extends Pixels>(
    pixels: Given,
    options?: NormalizeForwardOptions,
  ): Tensor<NormalizedDType<D, Given>>;
  forward(pixels: Pixels, options: NormalizeForwardOptions = {}): Tensor {
    checkOptions(name, options, forwardOptionNames);
    return normalizeImages(this.#read(pixels, options));
  }

  /**
   * {@link forward} off the event loop, with the same bits; see {@link AsyncOptions} for `signal`.
   * Calls run side by side.
   *
   * Pixels and `out` in shared memory are worked on where they are, unless pixels are to be converted
   * from one float type to the other. Others are copied, a little in each turn of the event loop:
   * leave them alone until the promise is settled. An `out` of a call that was rejected holds
   * undefined values.
   *
   * @returns A promise of what `forward` returns. It is rejected with what `forward` throws, with an
   * ArgumentError where memory was taken away meanwhile, and with the signal's reason.
   */
  forwardAsync<Given extends Pixels>(
    pixels: Given,
    options?: NormalizeForwardOptions & AsyncOptions,
  ): Promise<Tensor<NormalizedDType<D, Given>>>;
  async forwardAsync(
    pixels: Pixels,
    options: NormalizeForwardOptions & AsyncOptions = {},
  ): Promise<Tensor> {
    checkOptions(name, options, [...forwardOptionNames, 'signal']);
    const signal = readSignal(name, options.signal);
    return normalizeImagesAsync(this.#read(pixels, options), signal);
  }

  #read(pixels: Pixels, options: NormalizeForwardOptions): NormalizeCall {
    const { from, to = 'CHW', dropAlpha = false, out } = options;
    return {
      caller: name,
      pixels,
      from: from === undefined ? from : checkImageLayout(name, 'from', from),
      to: checkImageLayout(name, 'to', to),
      dropAlpha: checkBoolean(name, 'dropAlpha', dropAlpha),
      out,
      dtype: this.dtype,
      scales: { bytes: this.scale, words: this.#wordScale },
      scaling: this.#scaling,
    };
  }

  /**
   * The transform that takes normalized floats back, to pixels in [0, 1] where bytes were scaled by
   * 1 / 255: `y * std + mean`, as `Normalize(-mean / std, 1 / std)`. It takes floats only.
   *
   * @throws ArgumentError where a reciprocal is beyond the dtype.
   */
  inverse(): Normalize<D>;
  inverse(): Normalize<DType | undefined> {
    const { mean, std, dtype } = this;
    return new Normalize<DType | undefined>(
      mean.map((m, c) => 0 - m / (std[c] as number)),
      std.map((s) => 1 / s),
      { dtype, scale: null },
    );
  }

  /** torchvision's repr. */
  toString(): string {
    const list = (values: readonly number[]) => `[${values.map(reprFloat).join(', ')}]`;
    return `${this.constructor.name}(mean=${list(this.mean)}, std=${list(this.std)})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function checkScale(scale: unknown): number | null {
  if (scale === null) return scale;
  if (typeof scale === 'number' && Number.isFinite(scale) && Number.isFinite(1 / scale)) {
    return scale;
  }
  throw new ArgumentError(
    `${name}: scale should be a finite number other than 0, such as 1 / 255, or null to take no ` +
      `bytes, got ${nameOf(scale)}`,
  );
}
