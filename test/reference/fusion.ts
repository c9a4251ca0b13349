import type { ActivationName, FloatArray } from 'batchnorm';

/** What a layer does with what it has normalized. */
export interface Fusion {
  activation: ActivationName | null;
  /** leakyRelu's. */
  negativeSlope?: number;
}

export interface Fused {
  output: FloatArray;
  /** Where the gradient passes the activation unchanged. */
  passes: boolean[];
}

/** Adds the residual to normalized values and applies the activation, rounding to their type. */
export function fuse(
  normalized: FloatArray,
  residual: FloatArray | null,
  { activation, negativeSlope = 0.01 }: Fusion,
): Fused {
  const output = normalized.slice();
  if (residual !== null) {
    residual.forEach((r, i) => {
      output[i] = (output[i] as number) + r;
    });
  }
  const passes = Array.from(output, (z) => {
    if (activation === 'relu') return !(z <= 0);
    return activation === null || z > 0;
  });
  const slope = roundedLike(output, negativeSlope);
  passes.forEach((unchanged, i) => {
    if (!unchanged) output[i] = activation === 'relu' ? 0 : (output[i] as number) * slope;
  });
  return { output, passes };
}

/** The gradient of what the activation was applied to, rounded to the type of `gradOutput`. */
export function throughActivation(
  gradOutput: FloatArray,
  passes: readonly boolean[],
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
