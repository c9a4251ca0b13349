const precision = 4;

/** Writes one number, padded to the width of its tensor. */
export type FormatNumber = (value: number) => string;

/**
 * The notation (whole, fixed or scientific) and width that PyTorch gives to `values`.
 *
 * @internal
 */
export function numberFormat(values: readonly number[]): { format: FormatNumber; width: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let whole = true;
  const measured: number[] = []; // zeros, infinities and NaN do not count for the width
  for (const value of values) {
    if (value === 0 || !Number.isFinite(value)) continue;
    measured.push(value);
    min = Math.min(min, Math.abs(value));
    max = Math.max(max, Math.abs(value));
    whole &&= Number.isInteger(value);
  }
  const scientific = max / min > 1000 || max > 1e8 || (!whole && min < 1e-4);
  const write = scientific ? writeScientific : whole ? writeWhole : writeFixed;
  const width = measured.reduce((widest, value) => Math.max(widest, write(value).length), 1);
  return { format: (value) => write(value).padStart(width), width };
}

function writeWhole(value: number): string {
  return Number.isFinite(value) ? `${signed(value, String(Math.abs(value)))}.` : nonFinite(value);
}

/** Python's `{:.4f}`, for |value| <= 1e8: halves go to the even digit, where toFixed goes up. */
function writeFixed(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const magnitude = Math.abs(value);
  // A half of the last digit is an odd multiple of 2^-5: value * 10^4 = odd * 5^4 / 2.
  const isHalf = (magnitude * 32) % 2 === 1;
  const digits = Math.floor(magnitude * 10 ** precision);
  const rounded = isHalf && digits % 2 === 0 ? digits / 10 ** precision : magnitude;
  return signed(value, rounded.toFixed(precision));
}

/** Python's `{:.4e}`: halves go to the even digit, where toExponential goes up. */
function writeScientific(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const [mantissa, exponent] = roundHalfEven(Math.abs(value));
  const sign = exponent < 0 ? '-' : '+';
  return signed(value, `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`);
}

/** The four-decimal mantissa of `magnitude` and its exponent. */
function roundHalfEven(magnitude: number): [string, number] {
  const [digits = '', exponent = ''] = magnitude.toExponential(precision + 1).split('e');
  const scaled = Number(digits.replace('.', ''));
  const isDownwardHalf = scaled % 20 === 5 && isDecimal(magnitude, scaled, Number(exponent));
  if (isDownwardHalf) return [digits.slice(0, -1), Number(exponent)];
  const [mantissa = '', power = ''] = magnitude.toExponential(precision).split('e');
  return [mantissa, Number(power)];
}

/** Whether `magnitude` is exactly digits * 10^(exponent - 5), not just the double nearest to it. */
function isDecimal(magnitude: number, digits: number, exponent: number): boolean {
  const power = exponent - precision - 1;
  if (power >= 0) {
    return (
      Number.isInteger(magnitude) && BigInt(magnitude) === BigInt(digits) * 10n ** BigInt(power)
    );
  }
  // digits / 10^k = (digits / 5^k) / 2^k, a dyadic fraction only where 5^k divides the digits.
  const numerator = digits / 5 ** -power;
  return Number.isInteger(numerator) && numerator / 2 ** -power === magnitude;
}

/** `text` with a minus where `value` has one; -0 has. */
function signed(value: number, text: string): string {
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
