/** Three significant digits, without zeros at the end: 0.05, 12,500, −1e+300. */
export function significant(value: number): string {
  const digits = Number(value.toPrecision(3));
  const size = Math.abs(digits);
  if (size >= 1e3 && size < 1e7) return digits.toLocaleString('en-US').replace('-', '−');
  return String(digits).replace('-', '−');
}
