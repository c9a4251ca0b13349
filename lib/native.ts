export type FloatArray = Float32Array | Float64Array;

/** What each call of the addon returns; 0 is success, the rest names what it refused. */
export enum Status {
  ok = 0,
  wrongType = 1,
  wrongSize = 2,
  mixedElementTypes = 3,
  outOfMemory = 4,
  unknownTarget = 5,
}

/**
 * The addon's flat functions. Input is collapsed to (n, c, s); `channelsLast` says whether a
 * channel's elements are strided. Arrays of elements and parameters share one type.
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
  ): Status;
  batchNormBackward(
    gradOutput: FloatArray,
    x: FloatArray,
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
  ): Status;
  moments(
    x: FloatArray,
    n: number,
    c: number,
    s: number,
    channelsLast: boolean,
    mean: Float64Array,
    m2: Float64Array,
  ): Status;
  simdTargets(): string[];
  simdTarget(): string;
  setSimdTarget(name: string | null): Status;
}
