import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import nodeGypBuild from 'node-gyp-build';
import { ArgumentError, BatchNormError } from './errors';
import { LoadError } from './load-error';
import type { ByteArray, FloatArray } from './tensor/dtype';

/** The most threads that the addon takes. */
export const maxThreads = 1024;

/** What each call of the addon returns; 0 is success, the rest names what it refused. */
export enum Status {
  ok = 0,
  wrongType = 1,
  wrongSize = 2,
  mixedElementTypes = 3,
  outOfMemory = 4,
  unknownTarget = 5,
  misaligned = 6,
  aborted = 7,
}

/** What the addon does with each normalized value, as cpp/ numbers it. */
export enum Activation {
  none = 0,
  relu = 1,
  leakyRelu = 2,
}

/** The operations that also run off the event loop. */
export type Operation =
  | 'batchNormEval'
  | 'batchNormTrain'
  | 'batchNormBackward'
  | 'groupNormForward'
  | 'groupNormBackward'
  | 'moments'
  | 'extrema'
  | 'normalizeImages'
  | 'localResponseForward'
  | 'localResponseBackward';

/**
 * The addon's flat functions. Input is collapsed to (n, c, s); `channelsLast` says whether a
 * channel's elements are strided. Arrays of elements and parameters share one type.
 *
 * A `mask` has a bit for each element, in the order of memory: whether the gradient passes the
 * activation unchanged.
 */
export interface Native {
  batchNormEval(
    x: FloatArray,
    y: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    weight: FloatArray | null,
    bias: FloatArray | null,
    runningMean: FloatArray,
    runningVar: FloatArray,
    eps: number,
    residual: FloatArray | null,
    activation: Activation,
    negativeSlope: number,
    mask: Uint8Array | null,
  ): Status;
  batchNormTrain(
    x: FloatArray,
    y: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    weight: FloatArray | null,
    bias: FloatArray | null,
    eps: number,
    mean: Float64Array,
    variance: Float64Array,
    invstd: Float64Array,
    residual: FloatArray | null,
    activation: Activation,
    negativeSlope: number,
    mask: Uint8Array | null,
  ): Status;
  /** Where running statistics normalized, x may be null: gradWeight and gradBias are left then. */
  batchNormBackward(
    gradOutput: FloatArray,
    x: FloatArray | null,
    gradInput: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    weight: FloatArray | null,
    mean: Float64Array,
    invstd: Float64Array,
    training: boolean,
    gradWeight: Float64Array,
    gradBias: Float64Array,
    gradResidual: FloatArray | null,
    activation: Activation,
    negativeSlope: number,
    mask: Uint8Array | null,
  ): Status;
  /**
   * LayerNorm, RMSNorm, GroupNorm and InstanceNorm: the statistics have an element for each of the
   * n * groups sets of c / groups channels. Where it is not `centered`, the mean is 0 and the
   * variance the mean square. `y` may be `x`.
   */
  groupNormForward(
    x: FloatArray,
    y: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    groups: number,
    centered: boolean,
    weight: FloatArray | null,
    bias: FloatArray | null,
    eps: number,
    mean: Float64Array,
    variance: Float64Array,
    invstd: Float64Array,
  ): Status;
  /** The gradients of the parameters, c each, are always written. `gradInput` may be an input. */
  groupNormBackward(
    gradOutput: FloatArray,
    x: FloatArray,
    gradInput: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    groups: number,
    centered: boolean,
    weight: FloatArray | null,
    mean: Float64Array,
    invstd: Float64Array,
    gradWeight: Float64Array,
    gradBias: Float64Array,
  ): Status;
  moments(
    x: FloatArray | ByteArray | Uint16Array,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    mean: Float64Array,
    m2: Float64Array,
  ): Status;
  /** Both NaN where an element is NaN; inf and -inf where there is none; a zero is never -0. */
  extrema(
    x: FloatArray | ByteArray | Uint16Array,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    min: Float64Array,
    max: Float64Array,
  ): Status;
  /**
   * y = (x - mean) / std, integers multiplied with `scale` first, as PyTorch rounds them. Of the
   * `xChannels` of x the first `c` are taken. `count` is the length of mean and std: c, or 1 for all
   * channels.
   */
  normalizeImages(
    x: FloatArray | ByteArray | Uint16Array,
    y: FloatArray,
    n: number,
    c: number,
    s: number,
    xChannels: number,
    xChannelsLast: boolean,
    yChannelsLast: boolean,
    count: number,
    mean: Float64Array,
    std: Float64Array,
    scale: number,
  ): Status;
  /**
   * y = x / (k + alpha / size * s)^beta, s being the sum of x^2 over channels c - floor(size / 2) to
   * c - floor(size / 2) + size - 1 at the position of x. `size` is at least 1; `y` may be `x`.
   */
  localResponseForward(
    x: FloatArray,
    y: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    size: number,
    alpha: number,
    beta: number,
    k: number,
  ): Status;
  /** `gradInput` may be an input. */
  localResponseBackward(
    gradOutput: FloatArray,
    x: FloatArray,
    gradInput: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    size: number,
    alpha: number,
    beta: number,
    k: number,
  ): Status;
  /**
   * Starts an operation on libuv's threads; `args` are those of the function of that name. When no
   * thread touches the arrays any more it calls done(status) once, on the event loop and never
   * before `start` has returned; the status is `aborted` where abort() came in time, and what the
   * arrays hold is then undefined. Until done is called nobody may detach, resize or write to the
   * arrays: they are over shared memory, or over memory that no other code can reach.
   *
   * Returns an id > 0 for abort(), or minus the Status of what was refused: done is then not called
   * and nothing was written. A pending call keeps the process alive.
   */
  start<K extends Operation>(
    operation: K,
    args: Parameters<Native[K]>,
    done: (status: Status) => void,
  ): number;
  /**
   * Asks a started operation to stop: the parts not yet done are left out, and done is called as
   * ever. Nothing happens where it is done already, or where no operation has this id.
   */
  abort(id: number): void;
  /** Lets the C library keep memory that V8 frees, for arrays to come; once a process is enough. */
  keepFreedMemory(): Status;
  /** Bytes from the first of `a` to the first of `b`. */
  byteDistance(a: ArrayBufferView, b: ArrayBufferView): number;
  /** Asks for huge pages under memory that nothing has touched yet. */
  adviseHugePages(buffer: ArrayBuffer): Status;
  simdTargets(): string[];
  simdTarget(): string;
  setSimdTarget(name: string | null): Status;
  numThreads(): number;
  setNumThreads(threads: number): Status;
  setDefaultNumThreads(threads: number): Status;
}

/** Puts the SIMD target that BATCHNORM_SIMD names into use; unset or empty leaves the best one. */
function requestSimdTarget(native: Native, name: string | undefined): void {
  if (!name || native.setSimdTarget(name) === Status.ok) return;
  throw new ArgumentError(
    `BATCHNORM_SIMD=${name} names no SIMD target of this addon on this processor; ` +
      `known here are ${native.simdTargets().join(', ')} (unset it for the best one)`,
  );
}

/**
 * Gives a process that has set no number of threads the one that BATCHNORM_NUM_THREADS says, or all
 * available cores where it is unset or empty.
 */
function requestNumThreads(native: Native, threads: string | undefined): void {
  const wanted = threads ? Number(threads) : Math.min(availableParallelism(), maxThreads);
  if (native.setDefaultNumThreads(wanted) === Status.ok) return;
  throw new ArgumentError(
    `BATCHNORM_NUM_THREADS should be an integer from 1 to ${maxThreads}, got ${threads} ` +
      '(unset it for all available cores)',
  );
}

const packageRoot = join(__dirname, '..');

function load(): { native: Native; path: string } {
  let path: string | undefined;
  try {
    path = nodeGypBuild.resolve(packageRoot);
    const native: Native = require(path);
    requestSimdTarget(native, process.env.BATCHNORM_SIMD);
    requestNumThreads(native, process.env.BATCHNORM_NUM_THREADS);
    return { native, path };
  } catch (error) {
    if (error instanceof BatchNormError) throw error;
    throw new LoadError(packageRoot, path, error);
  }
}

// Loaded when the package is imported: a missing addon is then a server that does not start,
// not one that fails at its first request.
const loaded = load();

export const native: Native = loaded.native;

/** The file that the addon was loaded from. */
export const addonPath: string = loaded.path;
