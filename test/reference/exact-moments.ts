/** Mean and population variance without any rounding but the last, by integers of any size. */
export function exactMoments(values: ArrayLike<number>): { mean: number; variance: number } {
  const n = BigInt(values.length);
  const parts = Array.from(values, decode);
  const least = Math.min(...parts.map(({ exponent }) => exponent));
  let sum = 0n;
  let squares = 0n;
  for (const { mantissa, exponent } of parts) {
    const integer = mantissa << BigInt(exponent - least);
    sum += integer;
    squares += integer * integer;
  }
  return {
    mean: toNumber(sum, n, least),
    variance: toNumber(n * squares - sum * sum, n * n, 2 * least),
  };
}

const bits = new BigUint64Array(1);
const number = new Float64Array(bits.buffer);

/** value = mantissa * 2^exponent, of a finite value. */
function decode(value: number): { mantissa: bigint; exponent: number } {
  number[0] = value;
  const pattern = bits[0] as bigint;
  const field = Number((pattern >> 52n) & 0x7ffn);
  const fraction = pattern & ((1n << 52n) - 1n);
  const magnitude = field === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: value < 0 ? -magnitude : magnitude, exponent: Math.max(field, 1) - 1075 };
}

/** numerator / denominator * 2^exponent, with 20 bits more than a number has before it is rounded. */
function toNumber(numerator: bigint, denominator: bigint, exponent: number): number {
  const length = (value: bigint) => (value < 0n ? -value : value).toString(2).length;
  const shift = 73 - length(numerator) + length(denominator);
  const quotient =
    shift >= 0
      ? (numerator << BigInt(shift)) / denominator
      : numerator / (denominator << BigInt(-shift));
  const power = exponent - shift;
  // In two steps, for 2^power alone may be below the smallest number.
  const half = Math.trunc(power / 2);
  return Number(quotient) * 2 ** half * 2 ** (power - half);
}
