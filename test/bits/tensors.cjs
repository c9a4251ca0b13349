// Inputs that are the same on every machine: integers alone make them, no functions that a runtime may
// round in its own way.
const { Tensor } = require('../..');

/** Numbers from -4 to 4 with an offset, some far from the others, in the order of memory. */
function noise(shape, { dtype, memoryFormat = 'contiguous', seed = 1, offset = 0 }) {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = dtype === 'float64' ? new Float64Array(size) : new Float32Array(size);
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const spread = state % 97 === 0 ? 64 : 8;
    data[i] = offset + ((state >>> 8) / 2 ** 24 - 0.5) * spread;
  }
  return new Tensor(data, shape, memoryFormat);
}

/** Bytes, as a decoder gives them. */
function pixels(size) {
  const data = new Uint8Array(size);
  for (let i = 0, state = 7; i < size; i++) {
    state = (Math.imul(state ^ (state >>> 13), 0x5bd1e995) + 0x1234567) >>> 0;
    data[i] = state >>> 24;
  }
  return data;
}

module.exports = { noise, pixels };
