/**
 * A number as Python's repr shows a float: shortest digits, 1e-05, 1.0, nan. JavaScript has one type
 * of number, so a momentum of 1 shows as 1.0, where Python shows an int as 1.
 */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${digits}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

export function reprBoolean(value: boolean): string {
  return value ? 'True' : 'False';
}

/** Sizes as Python shows a tuple: (5,), (5, 3). */
export function reprShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}
