/** The number that `--name` gives, undefined if it is not there. */
export function count(values, name) {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`--${name} should be a positive integer, got ${text}`);
}
