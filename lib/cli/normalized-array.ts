import { ArrayFile } from '../formats/array-file';
import { littleEndianBytes } from '../formats/byte-order';
import { transforms } from '../index';
import { CommandError } from './command-error';
import type { InputFile } from './inputs';
import { axesOf } from './layout';
import type { Normalized } from './normalized';
import { checkChannels } from './normalized-image';
import { pixelTransform } from './pixel-transform';

/** Elements at a time, or one item where it has more. */
const most = 2 ** 20;

/** An array of images, or of rows, which are images of one pixel. */
export async function normalizedArray(
  { path, member }: InputFile,
  { mean, std }: transforms.ChannelStatistics,
  givenLayout: string | null,
  isIdx: boolean,
  to: transforms.ImageLayout,
): Promise<Normalized> {
  const array = await ArrayFile.open(path, member);
  try {
    const { type, shape } = array;
    // Bytes and two-byte values are scaled, as those of images are, others taken as they are.
    const isScaled = type === 'uint8' || type === 'uint16';
    const transform = isScaled
      ? pixelTransform({ mean, std })
      : new transforms.Normalize(mean, std, { dtype: 'float32', scale: null });
    const { layout, c, items, unit } = axesOf(shape, givenLayout, isIdx);
    checkChannels(transform, c);
    const from = orderOf(layout);
    const pixels = items === 0 || c === 0 ? 0 : array.size / items / c;
    const atOnce = Math.max(1, Math.floor(most / (c * pixels)));
    return {
      transform,
      shape: outputShape(shape, layout, to),
      items,
      unit,
      async *chunks() {
        for (let first = 0; first < items && array.size > 0; first += atOnce) {
          const count = Math.min(atOnce, items - first);
          const read = await array.read(first * c * pixels, count * c * pixels);
          const data = type === 'uint16' ? Uint16Array.from(read) : read;
          const sizes = from === 'CHW' ? [count, c, 1, pixels] : [count, 1, pixels, c];
          const y = transform.forward({ data, shape: sizes }, { from, to });
          yield { bytes: littleEndianBytes(y.data), items: count };
        }
      },
      close: () => array.close(),
    };
  } catch (error) {
    await array.close();
    throw error;
  }
}

/** How the channels lie in each item. */
function orderOf(layout: string): transforms.ImageLayout {
  const item = layout.startsWith('N') ? layout.slice(1) : layout;
  if (!item.includes('C') || item.startsWith('C')) return 'CHW';
  if (item.endsWith('C')) return 'HWC';
  throw new CommandError(`has its channels between other axes in --layout ${layout}`);
}

/** The batch, then the channels before or after all other axes; images without any have one. */
function outputShape(
  shape: readonly number[],
  layout: string,
  to: transforms.ImageLayout,
): number[] {
  const isBatch = layout.startsWith('N');
  const batch = isBatch ? shape.slice(0, 1) : [];
  const others = shape.filter((_, axis) => layout[axis] !== 'C' && !(isBatch && axis === 0));
  const channel = layout.indexOf('C');
  const one = others.length > 0 ? [1] : [];
  const channels = channel >= 0 ? [shape[channel] as number] : one;
  return to === 'CHW' ? [...batch, ...channels, ...others] : [...batch, ...others, ...channels];
}
