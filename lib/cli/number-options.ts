import { CommandError } from './command-error';

/** With an exponent too, such as 1e-5. */
const decimal = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** Reads the number of an option, which is not negative. */
export function number(option: string): (text: string) => number {
  return (text) => {
    if (decimal.test(text) && Number.isFinite(Number(text))) return Number(text);
    throw new CommandError(`${option} should be a number that is not negative, got '${text}'`);
  };
}

/** Reads the share of an option, from 0 to 1. */
export function share(option: string): (text: string) => number {
  return (text) => {
    if (decimal.test(text) && Number(text) <= 1) return Number(text);
    throw new CommandError(`${option} should be a number from 0 to 1, got '${text}'`);
  };
}

/** Reads the number of an option, which is above 0 and finite in float32, too. */
export function positive(option: string): (text: string) => number {
  return (text) => {
    const single = decimal.test(text) ? Math.fround(Number(text)) : Number.NaN;
    if (Number.isFinite(single) && single > 0) return Number(text);
    const range = single >= 0 ? ' that float32 can hold' : '';
    throw new CommandError(`${option} should be a number above 0${range}, got '${text}'`);
  };
}

/** Reads learning rates, with commas between them; rising, each once. */
export function rates(option: string): (text: string) => number[] {
  const readOne = positive(option);
  return (text) => [...new Set(text.split(',').map(readOne))].sort((a, b) => a - b);
}

/** Reads the seed of an option: 32 bits, as many as count. */
export function seed(option: string): (text: string) => number {
  return (text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
    throw new CommandError(`${option} should be an integer from 0 to 4294967295, got '${text}'`);
  };
}

/** Reads the integer of an option, from 1 to 999,999,999. */
export function integer(option: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new CommandError(`${option} should be an integer from 1 to 999999999, got '${text}'`);
  };
}

/** Reads a list of numbers, with commas between them. */
export function numbers(option: string): (text: string) => number[] {
  return (text) => {
    const list = text.split(/[\s,]+/).map((item) => (item === '' ? Number.NaN : Number(item)));
    if (list.every(Number.isFinite)) return list;
    throw new CommandError(
      `${option} should be numbers with commas between them, such as 0.5,0.5,0.5, got '${text}'`,
    );
  };
}
