import { initializer, type Text, text } from '@observablehq/plot';
import { apart } from './apart';

export interface LineEnd {
  readonly step: number;
  readonly value: number;
  readonly name: string;
  readonly colour: string;
}

/** From one label to the next, in pixels. */
const lineHeight = 15;

/** The names of lines at their ends, moved apart where they would lie upon each other. */
export function lineEnds(ends: readonly LineEnd[]): Text {
  const options = {
    x: 'step',
    y: 'value',
    text: 'name',
    fill: 'colour',
    textAnchor: 'start',
    fontWeight: 600,
    dx: 8,
    className: 'line-ends',
  } as const;
  return text(
    ends,
    initializer(options, (_data, _facets, _channels, scales) => {
      const pixels = ends.map(({ value }) => Number(scales.y?.(value)));
      return { channels: { y: { value: apart(pixels, lineHeight) } } };
    }),
  );
}
