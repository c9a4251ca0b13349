import { ShapeError } from './errors';
import { type Caller, checkStatus, collapse } from './functional/internal';
import { hintAtChannels, keptChannels } from './images/channel-hint';
import { type Elements, readElements } from './images/elements';
import type { ImageLayout } from './images/image-layout';
import { greatestOf } from './images/pixel-data';
import { imageOf, type Pixels } from './images/pixels';
import { native } from './native';
import { MomentsState } from './running-moments-state';
import { formatShape, sizeOf } from './tensor/shape';

/** A chunk as the kernels see it. */
interface Chunk {
  readonly elements: Elements;
  readonly n: number;
  readonly c: number;
  readonly s: number;
  readonly channelsLast: boolean;
}

const caller: Caller = { name: 'RunningMoments', ranks: null, numFeatures: null };

/** (N, C, ...), or an image where the caller or the chunk itself says so. */
export function readChunk(chunk: Pixels, from: ImageLayout | undefined): Chunk {
  const elements = readElements(caller.name, 'chunk', chunk, from);
  if (elements.from === undefined) return { elements, ...collapse(caller, elements) };
  const { sizes, channelsLast } = imageOf(`${caller.name}: chunk`, elements);
  const { leading, channels, height, width } = sizes;
  return { elements, n: sizeOf(leading), c: channels, s: height * width, channelsLast };
}

/**
 * The state of the first `channels` channels of a chunk, each value times the scale, which unless
 * given takes integers to [0, 1]. One more channel is dropped where that is allowed.
 */
export function stateOf(
  chunk: Chunk,
  channels: number,
  dropAlpha: boolean,
  givenScale: number | undefined,
): MomentsState {
  const { n, c, s, channelsLast } = chunk;
  const { data } = chunk.elements;
  const scale = givenScale ?? 1 / (greatestOf(data) ?? 1);
  checkChannels(chunk, channels, dropAlpha);
  const all = new MomentsState(c);
  if (data.length > 0) {
    const { mean, m2, min, max } = all;
    checkStatus(caller.name, native.moments(data, n, c, s, channelsLast, mean, m2));
    checkStatus(caller.name, native.extrema(data, n, c, s, channelsLast, min, max));
    all.count = n * s;
  }
  const state = new MomentsState(channels);
  state.count = all.count;
  for (let i = 0; i < channels; i++) {
    for (const name of ['mean', 'min', 'max'] as const) {
      state[name][i] = (all[name][i] as number) * scale;
    }
    state.m2[i] = (all.m2[i] as number) * scale * scale;
  }
  return state;
}

function checkChannels({ elements, c }: Chunk, channels: number, dropAlpha: boolean): void {
  if (c === channels || keptChannels(c, dropAlpha) === channels) return;
  const { shape, from } = elements;
  const hint = hintAtChannels(elements, channels, { from, dropAlpha });
  throw new ShapeError(
    `${caller.name}: expected chunk to have ${channels} channels, got ${c} in ` +
      `${formatShape(shape)}${hint}`,
  );
}
