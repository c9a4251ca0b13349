/** A value of a curve; NaN leaves a gap. */
export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/** One line of a chart over the steps. */
export interface Curve {
  readonly name: string;
  /** Where there is little room. */
  readonly shortName: string;
  /** As CSS has it. */
  readonly colour: string;
  /** Of strokes and gaps, to tell lines apart without colours; none is a solid line. */
  readonly dash?: string;
  readonly points: readonly CurvePoint[];
}

/** What JSON made null of, since it was not finite, is NaN again. */
export function recorded(value: number | null | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** On a logarithmic axis there is no place for 0. */
export function positive(value: number): number {
  return value > 0 ? value : Number.NaN;
}
