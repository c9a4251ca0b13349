/** Of a chart, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether there is room for short names only. */
export function isNarrow({ width }: Size): boolean {
  return width < 420;
}

/** Whether there is room for more than names. */
export function isWide({ width }: Size): boolean {
  return width > 640;
}
