/**
 * Widens 16-bit floats, which lie in the second half of `target`, to all of it: each is a float32
 * too. In place, from the first on, so that none is written over before it was read.
 */
export function widen(target: Float32Array, type: 'float16' | 'bfloat16'): void {
  const { buffer, byteOffset, length } = target;
  const halves = new Uint16Array(buffer, byteOffset + 2 * length, length);
  const bits = new Uint32Array(buffer, byteOffset, length);
  const toFloat32 = type === 'float16' ? float16Bits : bfloat16Bits;
  for (let i = 0; i < length; i++) bits[i] = toFloat32(halves[i] as number);
}

/** bfloat16 is the upper half of a float32. */
function bfloat16Bits(half: number): number {
  return half << 16;
}

/** IEEE 754 binary16, of 5 bits of exponent and 10 of fraction, as binary32, of 8 and 23. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13); // infinite, or NaN
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal one is normal in float32: its first bit of 1 becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
