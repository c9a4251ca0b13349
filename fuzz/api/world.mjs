import { Tensor } from 'batchnorm';

/** What a buffer of a world may be; all hold the same numbers. */
export const memories = ['plain', 'resizable', 'shared', 'growable', 'view'];
/** How a world writes what stands for a tensor. */
export const forms = ['tensor', 'shaped', 'dims', 'strided'];

/**
 * Where the arguments of a call come from: the same numbers for the same settings, and a list of all
 * the memory they lie in, so that hostile code knows what to take away.
 */
export class World {
  /** Every typed array that was made, with a copy of what it held. */
  arrays = [];
  /** Whether hostile code has changed what the call was made on; then nothing is said of that. */
  touched = false;
  /** Whether hostile code has changed memory; then nothing is said of the result. */
  changed = false;
  /**
   * Whether a field of a Tensor, which TypeScript knows as readonly, has become a getter or a list
   * with many answers. The process lives on then; more is not promised.
   */
  broken = false;
  #state;

  constructor({ seed, memory, form, dtype, channelsLast }) {
    this.#state = seed >>> 0;
    Object.assign(this, { memory, form, dtype, channelsLast });
  }

  /** In [0, 1): a linear congruential generator (Numerical Recipes). */
  random() {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  array(size, Type = this.dtype === 'float64' ? Float64Array : Float32Array, fill = null) {
    const bytes = size * Type.BYTES_PER_ELEMENT;
    const array = {
      plain: () => new Type(size),
      resizable: () => new Type(new ArrayBuffer(bytes, { maxByteLength: bytes + 64 })),
      shared: () => new Type(new SharedArrayBuffer(bytes)),
      growable: () =>
        new Type(new SharedArrayBuffer(bytes, { maxByteLength: bytes + 64 }), 0, size),
      view: () => new Type(new ArrayBuffer(bytes + 64), 3 * Type.BYTES_PER_ELEMENT, size),
    }[this.memory]();
    const bits = Type === Uint8Array || Type === Uint8ClampedArray;
    for (let i = 0; i < size; i++) {
      array[i] = fill ?? (bits ? Math.floor(256 * this.random()) : 4 * this.random() - 2);
    }
    this.arrays.push({ array, copy: array.slice() });
    return array;
  }

  /** What stands for a tensor, in this world's form. */
  tensor(shape, fill = null) {
    shape = [...shape];
    const size = shape.reduce((a, b) => a * b, 1);
    const data = this.array(size, undefined, fill);
    const last = this.channelsLast && (shape.length === 4 || shape.length === 5);
    const memoryFormat = last ? 'channelsLast' : 'contiguous';
    if (this.form === 'tensor') return new Tensor(data, shape, memoryFormat);
    if (this.form === 'dims') return { data, dims: shape, memoryFormat };
    if (this.form === 'shaped') return { data, shape, memoryFormat };
    return { data, shape, stride: stridesOf(shape, last), offset: 0 };
  }

  /** One value per channel, above 0. */
  positive(channels) {
    return this.tensor([channels], 0.5 + this.random());
  }
}

function stridesOf(shape, channelsLast) {
  const order = shape.map((_, dim) => dim);
  if (channelsLast) order.push(...order.splice(1, 1));
  const strides = [];
  let stride = 1;
  for (const dim of order.reverse()) {
    strides[dim] = stride;
    stride *= shape[dim];
  }
  return strides;
}
