/** Three significant digits, without zeros at the end. */
export function significant(value: number): string {
  const digits = Number(value.toPrecision(3));
  return digits === 0 ? '0' : String(digits).replace('-', '−');
}
