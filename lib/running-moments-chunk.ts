import { ShapeError } from './errors';
import { type Caller, checkStatus, collapse } from './functional/internal';
import { readElements } from './images/elements';
import type { ImageLayout } from './images/image-layout';
import type { PixelData } from './images/pixel-data';
import { imageOf, type Pixels } from './images/pixels';
import { native } from './native';
import { MomentsState } from './running-moments-state';
import { formatShape, sizeOf } from './tensor/shape';

/** A chunk as the kernels see it. */
interface Chunk {
  readonly data: PixelData;
  /** As it was given, for errors. */
  readonly shape: readonly number[];
  readonly n: number;
  readonly c: number;
  readonly s: number;
  readonly channelsLast: boolean;
}

const caller: Caller = { name: 'RunningMoments', ranks: null, numFeatures: null };

/** (N, C, ...), or an image where the caller or the chunk itself says so. */
export function readChunk(chunk: Pixels, from: ImageLayout | undefined): Chunk {
  const elements = readElements(caller.name, 'chunk', chunk, from);
  const { data, shape } = elements;
  if (elements.from === undefined) return { data, shape, ...collapse(caller, elements) };
  const { sizes, channelsLast } = imageOf(`${caller.name}: chunk`, elements);
  const { leading, channels, height, width } = sizes;
  return { data, shape, n: sizeOf(leading), c: channels, s: height * width, channelsLast };
}

/**
 * The state of the first `channels` channels of a chunk, each value times `scale`. One more is
 * dropped where that is allowed.
 */
export function stateOf(
  chunk: Chunk,
  channels: number,
  dropAlpha: boolean,
  scale: number,
): MomentsState {
  const { data, n, c, s, channelsLast } = chunk;
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

function checkChannels({ shape, c }: Chunk, channels: number, dropAlpha: boolean): void {
  if (c === channels || (dropAlpha && (c === 2 || c === 4) && c - 1 === channels)) return;
  const hint =
    (c === 2 || c === 4) && c - 1 === channels
      ? `: dropAlpha: true leaves out the last of ${c}`
      : hintAtLayout(shape, channels);
  throw new ShapeError(
    `${caller.name}: expected chunk to have ${channels} channels, got ${c} in ` +
      `${formatShape(shape)}${hint}`,
  );
}

function hintAtLayout(shape: readonly number[], channels: number): string {
  if (shape.length < 3) return '';
  if (shape.at(-1) === channels) return ": is it from: 'HWC'?";
  return shape.at(-3) === channels ? ": is it from: 'CHW'?" : '';
}
