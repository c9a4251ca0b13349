const arrays = { float32: Float32Array, float64: Float64Array };

/** The arrays of a case, in memory order: those given, else some of the right sizes. */
export function caseValues({ shape, dtype, values }) {
  const FloatArray = arrays[dtype];
  if (values) {
    const entries = Object.entries(values);
    return Object.fromEntries(entries.map(([name, list]) => [name, FloatArray.from(list)]));
  }
  const size = shape.reduce((product, axis) => product * axis);
  const channels = shape[1];
  return {
    input: uniform(new FloatArray(size)),
    gradOutput: uniform(new FloatArray(size)),
    weight: new FloatArray(channels).fill(1),
    bias: new FloatArray(channels),
    runningMean: new FloatArray(channels),
    runningVar: new FloatArray(channels).fill(1),
  };
}

/** Of mean 0 and variance 1. */
function uniform(array) {
  for (let i = 0; i < array.length; i++) array[i] = (Math.random() - 0.5) * Math.sqrt(12);
  return array;
}
