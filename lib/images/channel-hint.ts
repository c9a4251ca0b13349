import type { Elements } from './elements';
import { type ImageLayout, sizesOf } from './image-layout';
import { isByteArray } from './pixel-data';

/** How the channels of some elements are read: as an image, or, undefined, as (N, C, ...). */
interface Reading {
  readonly from: ImageLayout | undefined;
  readonly dropAlpha: boolean;
}

/** How many channels are left once alpha is dropped: the last of 2, grey, and of 4, colours. */
export function keptChannels(channels: number, dropAlpha: boolean): number {
  return dropAlpha && (channels === 2 || channels === 4) ? channels - 1 : channels;
}

/**
 * What would give the channels that are wanted, for the end of an error; nothing where nothing does.
 * A layout comes before alpha: a height or a batch of 4 is none of 4 channels.
 */
export function hintAtChannels(elements: Elements, wanted: number, asRead: Reading): string {
  const { shape } = elements;
  if (shape.length < 3) return '';
  const { from, dropAlpha } = asRead;
  const own = channelsAs(shape, from);
  if (elements.isSized && isByteArray(elements.data) && own === 2 * wanted && own > 4) {
    return ": are they two-byte values? Pass a Uint16Array, or sharp's info with depth: 'ushort'";
  }
  if (dropAlpha && own === wanted) return `: without dropAlpha it has ${own}`;
  const layouts = layoutsToTry(elements, asRead);
  const exact = layouts.find(
    (layout) => keptChannels(channelsAs(shape, layout), dropAlpha) === wanted,
  );
  if (exact !== undefined) return `: is it from: '${exact}'?`;
  if (keptChannels(own, true) === wanted) return `: dropAlpha: true leaves out the last of ${own}`;
  const dropped = layouts.find(
    (layout) => keptChannels(channelsAs(shape, layout), true) === wanted,
  );
  return dropped === undefined ? '' : `: is it from: '${dropped}', with dropAlpha: true?`;
}

/** Other layouts than the one that was read; none where a width and a height say it all. */
function layoutsToTry(elements: Elements, { from }: Reading): readonly ImageLayout[] {
  if (elements.isSized || elements.memoryFormat === 'channelsLast') return [];
  return (['HWC', 'CHW'] as const).filter((layout) => layout !== from);
}

function channelsAs(shape: readonly number[], from: ImageLayout | undefined): number {
  return from === undefined ? (shape[1] as number) : sizesOf(shape, from).channels;
}
