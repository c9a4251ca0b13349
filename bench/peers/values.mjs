const arrays = { float32: Float32Array, float64: Float64Array };
const constants = { weight: 1, bias: 0, runningMean: 0, runningVar: 1 };

/** Gives each array of a case by name, in memory order: what was asked for, else of its size. */
export function caseValues({ shape, dtype, values }) {
  const FloatArray = arrays[dtype];
  const size = shape.reduce((product, axis) => product * axis);
  return (name) => {
    if (values) return FloatArray.from(values[name]);
    if (name in constants) return new FloatArray(shape[1]).fill(constants[name]);
    return fillUniform(new FloatArray(size));
  };
}

/** Values of mean 0 and variance 1. */
function fillUniform(array) {
  for (let i = 0; i < array.length; i++) array[i] = (Math.random() - 0.5) * Math.sqrt(12);
  return array;
}
