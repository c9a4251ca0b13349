/** 1, 2, 2.5, 5, 10, ...: the distances of ticks over `span` that may be asked for. */
function distances(span: number): number[] {
  const first = Math.floor(Math.log10(span)) - 1;
  return [first, first + 1, first + 2].flatMap((exponent) =>
    [1, 2, 2.5, 5].map((factor) => Number(`${factor}e${exponent}`)),
  );
}

/** Whole numbers from 0 to `last`, at most `room` after 0; the last one is `last` where that leaves two or more. */
export function wholeTicks(last: number, room: number): number[] {
  const fitting = distances(last).filter((d) => Number.isInteger(d) && last / d <= room);
  const even = fitting.find((d) => Number.isInteger(last / d) && last / d >= Math.min(2, last));
  return multiples(even ?? fitting[0] ?? last, 0, last);
}

/** Some three or four ticks at round numbers within the domain. */
export function fewTicks([least, most]: readonly [number, number]): number[] {
  const span = most - least;
  return multiples(distances(span).find((d) => span / d <= 4) ?? span, least, most);
}

function multiples(distance: number, least: number, most: number): number[] {
  const [first, last] = [Math.ceil(least / distance), Math.floor(most / distance)];
  // Without what rounding leaves: 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * distance).toPrecision(12)),
  );
}
