import { ArgumentError, ShapeError } from '../errors';
import { nameOf } from '../tensor/name-of';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';

/** Which layer a weight is of, for that alone says which of its dimensions are output channels. */
export type LayerKind = 'linear' | 'conv' | 'convTranspose';

interface Kind {
  readonly ranks: readonly number[];
  /** Of the weight, in PyTorch's terms. */
  readonly shape: string;
  /** The dimension that is cut into groups. */
  readonly grouped: 'in_channels' | 'out_channels';
}

const kinds: Readonly<Record<LayerKind, Kind>> = {
  linear: { ranks: [2], shape: '(out, in)', grouped: 'out_channels' },
  conv: { ranks: [3, 4, 5], shape: '(out, in / groups, ...kernel)', grouped: 'out_channels' },
  convTranspose: {
    ranks: [3, 4, 5],
    shape: '(in, out / groups, ...kernel)',
    grouped: 'in_channels',
  },
};

/** @internal */
export function checkKind(caller: string, kind: unknown): LayerKind {
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kind as LayerKind;
  throw new ArgumentError(
    `${caller}: kind should be 'linear', 'conv' or 'convTranspose', got ${nameOf(kind)}`,
  );
}

/** @internal */
export function checkGroups(caller: string, groups: unknown): number {
  if (typeof groups === 'number' && Number.isSafeInteger(groups) && groups > 0) return groups;
  throw new ArgumentError(`${caller}: groups should be a positive integer, got ${nameOf(groups)}`);
}

/** The shape of such a weight as errors show it: `weight of shape [8, 3, 3, 3] (out, in / ...)`. */
export function describeWeight(name: string, { shape }: Tensor, kind: LayerKind): string {
  return `${name} of shape ${formatShape(shape)} ${kinds[kind].shape}`;
}

/**
 * How many output channels the layer has.
 *
 * @throws ShapeError where the weight is none of this kind, or does not divide into groups.
 */
export function outChannels(
  caller: string,
  name: string,
  weight: Tensor,
  kind: LayerKind,
  groups: number,
): number {
  const { ranks, grouped } = kinds[kind];
  const { shape } = weight;
  if (!ranks.includes(shape.length)) {
    const dimensions = ranks.length === 1 ? '2' : '3, 4 or 5';
    throw new ShapeError(
      `${caller}: expected ${name} of a ${kind} layer to have ${dimensions} dimensions, ` +
        `got ${describeWeight(name, weight, kind)}`,
    );
  }
  if (kind === 'linear' && groups !== 1) {
    throw new ArgumentError(`${caller}: a linear layer has no groups, got groups: ${groups}`);
  }
  const [first, second] = shape as [number, number];
  if (first % groups !== 0) {
    throw new ShapeError(
      `${caller}: ${grouped} must be divisible by groups: ` +
        `${describeWeight(name, weight, kind)} has ${first}, groups is ${groups}`,
    );
  }
  return kind === 'convTranspose' ? second * groups : first;
}

/**
 * The elements of a weight as they lie in memory: `rows` times `columns` times `run`, where the
 * columns of a row are output channels that follow each other, those of the row's group. Each group
 * has as many rows.
 */
export interface ChannelRows {
  readonly rows: number;
  readonly groups: number;
  readonly columns: number;
  readonly run: number;
}

/** The rows of a weight that {@link outChannels} has accepted. */
export function channelRows(weight: Tensor, kind: LayerKind, groups: number): ChannelRows {
  const { shape, memoryFormat } = weight;
  const [first, second, ...kernel] = shape as [number, number, ...number[]];
  const places = sizeOf(kernel);
  // The output channels are outermost in both memory formats.
  if (kind !== 'convTranspose') {
    return { rows: 1, groups: 1, columns: first, run: sizeOf(shape.slice(1)) };
  }
  return memoryFormat === 'contiguous'
    ? { rows: first, groups, columns: second, run: places }
    : { rows: first * places, groups, columns: second, run: 1 };
}

/** Under what else the weight would have that many channels, for an error to ask. */
export function otherwise(
  weight: Tensor,
  kind: LayerKind,
  groups: number,
  channels: number,
): string {
  const [first, second] = weight.shape as [number, number];
  if (kind === 'linear') return first !== second && second === channels ? transposed : '';
  const needed = channels / second;
  const fits = Number.isInteger(needed) && needed > 0 && first % needed === 0;
  if (kind === 'conv') {
    if (!fits) return '';
    return `: is it kind: 'convTranspose'${needed === 1 ? '' : `, groups: ${needed}`}?`;
  }
  if (fits && needed !== groups) return `: is it groups: ${needed}?`;
  return first === channels ? ": is it kind: 'conv'?" : '';
}

const transposed = ': is it (in, out), as Keras has it? PyTorch has the output channels first';
