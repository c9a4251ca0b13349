import { compared } from '../errors.mjs';

/** An error in ulps, with two digits. */
export function ulps(error) {
  if (error === null) return '-';
  if (!Number.isFinite(error)) return 'not finite';
  if (error < 9.95) return error.toFixed(1);
  const rounded = Number(error.toPrecision(2));
  return rounded < 1e6 ? rounded.toLocaleString('en') : rounded.toExponential(1).replace('e+', 'e');
}

/** The errors of all, ours first; others that are no larger are marked. */
export function ulpsBeside(errors) {
  const [ours] = errors;
  return errors.map((error, index) => {
    const mark = index > 0 && error !== null ? compared(error, ours) : undefined;
    return mark === undefined ? ulps(error) : { text: ulps(error), mark };
  });
}
