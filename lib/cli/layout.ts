import { CommandError } from './command-error';

/** An array as (n, c, s) in row-major order, and how many elements are one item of the data set. */
export interface Axes {
  /** A letter for each axis, such as 'NCHW'. */
  readonly layout: string;
  readonly n: number;
  readonly c: number;
  readonly s: number;
  readonly items: number;
  readonly unit: 'images' | 'rows' | 'values';
}

const letters = 'NCDHWL';

/** Checks `--layout`: letters for the axes, none twice. */
export function checkLayout(text: string): string {
  const layout = text.toUpperCase();
  const known = [...layout].every((letter) => letters.includes(letter));
  if (known && layout !== '' && new Set(layout).size === layout.length) return layout;
  throw new CommandError(
    `--layout should be a letter for each axis, of ${[...letters].join(', ')} and none twice, ` +
      `such as NCHW, got '${text}'`,
  );
}

/** The axes of an array in the layout that `--layout` gives, or in the one that its shape shows. */
export function axesOf(shape: readonly number[], given: string | null, isIdx: boolean): Axes {
  const layout = given ?? layoutOf(shape, isIdx);
  if (layout.length !== shape.length) {
    throw new CommandError(
      `has shape [${shape.join(', ')}], which --layout ${layout} does not fit: ` +
        `it names ${layout.length} axes`,
    );
  }
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const channel = layout.indexOf('C');
  const isBatch = layout.startsWith('N');
  const split = channel >= 0 ? channel : Number(isBatch);
  return {
    layout,
    n: product(shape.slice(0, split)),
    c: channel >= 0 ? (shape[channel] as number) : 1,
    s: product(shape.slice(channel >= 0 ? channel + 1 : split)),
    items: isBatch ? (shape[0] as number) : 1,
    unit: layout.includes('H') ? 'images' : layout.includes('C') ? 'rows' : 'values',
  };
}

function layoutOf(shape: readonly number[], isIdx: boolean): string {
  const [first = 0, second = 0] = shape;
  const last = shape.at(-1) as number;
  switch (shape.length) {
    case 0:
      return '';
    case 1:
      return 'N';
    case 2:
      return 'NC';
    case 3:
      return isIdx ? 'NHW' : eitherOf(shape, ['CHW', first], ['HWC', last]);
    case 4:
      return eitherOf(shape, ['NCHW', second], ['NHWC', last]);
    default:
      throw ambiguous(shape);
  }
}

/** The only one of two layouts that has as many channels as images have. */
function eitherOf(shape: readonly number[], ...layouts: [string, number][]): string {
  const possible = layouts.filter(([, channels]) => [1, 3, 4].includes(channels));
  const [only] = possible;
  if (only === undefined || possible.length > 1) throw ambiguous(shape);
  return only[0];
}

function ambiguous(shape: readonly number[]): CommandError {
  const example = ['', '', '', 'CHW, HWC or NHW', 'NCHW or NHWC'][shape.length] ?? 'NCDHW';
  return new CommandError(
    `has shape [${shape.join(', ')}]: say what its axes are, such as --layout ${example}`,
  );
}
