import type { ActivationName, FloatArray } from 'batchnorm';

/** What a layer does with what it has normalized. */
export interface Fusion {
  activation: ActivationName | null;
  /** leakyRelu's. */
  negativeSlope?: number;
}

export interface Fused {
  output: FloatArray;
  /** 1 where the gradient passes the activation unchanged, else 0. */
  passes: Uint8Array;
}

/** Adds the residual to normalized values and applies the activation, rounding to their type. */
export function fuse(
  normalized: FloatArray,
  residual: FloatArray | null,
  { activation, negativeSlope = 0.01 }: Fusion,
): Fused {
  const output = normalized.slice();
  const passes = new Uint8Array(output.length);
  const slope = roundedLike(output, negativeSlope);
  for (let i = 0; i < output.length; i++) {
    if (residual !== null) output[i] = (output[i] as number) + (residual[i] as number);
    const z = output[i] as number;
    const unchanged = activation === null || (activation === 'relu' ? !(z <= 0) : z > 0);
    passes[i] = Number(unchanged);
    if (!unchanged) output[i] = activation === 'relu' ? 0 : z * slope;
  }
  return { output, passes };
}

/** The gradient of what the activation was applied to, rounded to the type of `gradOutput`. */
export function throughActivation(
  gradOutput: FloatArray,
  passes: Uint8Array,
  { activation, negativeSlope = 0.01 }: Fusion,
): FloatArray {
  const slope = roundedLike(gradOutput, negativeSlope);
  return gradOutput.map((dy, i) => {
    if (passes[i]) return dy;
    return activation === 'relu' ? 0 : dy * slope;
  });
}

function roundedLike(data: FloatArray, value: number): number {
  return data instanceof Float32Array ? Math.fround(value) : value;
}
