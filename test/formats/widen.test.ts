import { widen } from '../../lib/formats/widen';

/** All numbers of 16 bits, widened at once. */
function widened(type: 'float16' | 'bfloat16'): Float32Array {
  const target = new Float32Array(2 ** 16);
  const halves = new Uint16Array(target.buffer, 2 * target.length);
  for (let bits = 0; bits < halves.length; bits++) halves[bits] = bits;
  widen(target, type);
  return target;
}

/** The value that IEEE 754 gives to the bits, of which `fractionBits` are the fraction. */
function exactValue(bits: number, fractionBits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponentBits = 15 - fractionBits;
  const largest = 2 ** exponentBits - 1;
  const exponent = (bits >> fractionBits) & largest;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === largest) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

test.each([
  ['float16', 10],
  ['bfloat16', 7],
] as const)('each %s is the float32 of its value', (type, fractionBits) => {
  const different = [...widened(type)].flatMap((value, bits) =>
    Object.is(value, exactValue(bits, fractionBits)) ? [] : [[bits, value]],
  );
  expect(different).toEqual([]);
});

test('NaN keeps its bits', () => {
  const bits = new Uint32Array(widened('float16').buffer);
  expect([bits[0x7e00], bits[0xfe01], bits[0x7c01]]).toEqual([0x7fc00000, 0xffc02000, 0x7f802000]);
});
