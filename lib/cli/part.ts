import { CommandError } from './command-error';

/** Part `index` (from 1 on) of `of` parts of a data set, each a range of its leaves. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/** The only part of a data set that is not split. */
export const whole: Part = { index: 1, of: 1 };

const mostParts = 1_000_000;

export function readPart(text: string): Part {
  const [, index, of] = (/^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? []).map(Number);
  if (index !== undefined && of !== undefined && index >= 1 && index <= of && of <= mostParts) {
    return { index, of };
  }
  throw new CommandError(`--part should be i/n with 1 <= i <= n, such as 1/4, got '${text}'`);
}

/** The leaves of a part: from the first up to but not including the second. */
export function rangeOf({ index, of }: Part, leaves: number): [begin: number, end: number] {
  const border = (part: number) => Math.floor((leaves * part) / of);
  return [border(index - 1), border(index)];
}
