import { CommandError } from './command-error';

/** Reads the number of an option, which is not negative. */
export function number(option: string): (text: string) => number {
  return (text) => {
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
    throw new CommandError(`${option} should be a number that is not negative, got '${text}'`);
  };
}

/** Reads the number of an option, which is above 0; with an exponent too, such as 1e-5. */
export function positive(option: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new CommandError(`${option} should be a number above 0, got '${text}'`);
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

/** Reads the integer of an option, which is at least 1. */
export function integer(option: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new CommandError(`${option} should be an integer of at least 1, got '${text}'`);
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
