import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import { formatShape, sameShape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { allocateUninitialized } from '../tensor/uninitialized';
import {
  type ChannelRows,
  channelRows,
  describeWeight,
  type LayerKind,
  otherwise,
  outChannels,
} from './layer-kind';

/** A linear layer or a convolution with its BatchNorm inside: tensors with memory of their own. */
export interface FoldedLayer {
  /** Of the shape, dtype and memory format of the layer's own. */
  weight: Tensor;
  /** A value for each output channel. */
  bias: Tensor;
}

/** What is to be folded; null where absent. */
export interface Foldable {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly kind: LayerKind;
  readonly groups: number;
  readonly norm: {
    readonly weight: Tensor | null;
    readonly bias: Tensor | null;
    readonly runningMean: Tensor;
    readonly runningVar: Tensor;
    readonly eps: number;
  };
}

/** What errors begin with, and what they put before the names of the tensors of each. */
export interface Called {
  readonly caller: string;
  readonly layer: string;
  readonly norm: string;
}

/**
 * Folds, in float64, each result rounded once to the dtype. With `scale = norm.weight /
 * sqrt(runningVar + eps)`, per output channel:
 *
 *     weight' = weight * scale
 *     bias'   = (bias - runningMean) * scale + norm.bias
 *
 * @throws ShapeError, DTypeError or ArgumentError where the tensors do not go together, or a finite
 * weight or bias would become infinite.
 */
export function fold(called: Called, foldable: Foldable): FoldedLayer {
  const { weight, kind, groups } = foldable;
  const channels = check(called, foldable);
  const scale = scaleOf(foldable, channels);
  const rows = channelRows(weight, kind, groups);
  const data = allocateUninitialized(weight.dtype, weight.size);
  const overflow = scaleRows(weight.data, data, scale, rows);
  if (overflow >= 0) throw overflows(called, `${called.layer}weight`, weight, overflow, scale);
  return {
    weight: new Tensor(data, weight.shape, weight.memoryFormat),
    bias: foldBias(called, foldable, scale),
  };
}

function check({ caller, layer, norm }: Called, foldable: Foldable): number {
  const { weight, bias, kind, groups } = foldable;
  const name = `${layer}weight`;
  const channels = outChannels(caller, name, weight, kind, groups);
  const perChannel: [string, Tensor | null][] = [
    [`${norm}running_mean`, foldable.norm.runningMean],
    [`${norm}running_var`, foldable.norm.runningVar],
    [`${norm}weight`, foldable.norm.weight],
    [`${norm}bias`, foldable.norm.bias],
    [`${layer}bias`, bias],
  ];
  requireMemory(caller, name, weight.data, weight.size);
  for (const [called, tensor] of perChannel) {
    if (tensor === null) continue;
    const { shape, dtype, data, size } = tensor;
    if (!sameShape(shape, [channels])) {
      const hint = tensor === bias ? '' : otherwise(weight, kind, groups, size);
      throw new ShapeError(
        `${caller}: ${called} should have the shape [${channels}], got ${formatShape(shape)}: ` +
          `${describeWeight(name, weight, kind)} has ${channels} output channels` +
          `${groups === 1 ? '' : ` with groups: ${groups}`}${hint}`,
      );
    }
    if (dtype !== weight.dtype) {
      throw new DTypeError(
        `${caller}: expected scalar type ${weight.dtype} but found ${dtype}: ${name} is ` +
          `${weight.dtype} and ${called} is ${dtype}. Convert one with to({ dtype })`,
      );
    }
    requireMemory(caller, called, data, size);
  }
  return channels;
}

function scaleOf({ norm }: Foldable, channels: number): Float64Array {
  const { runningVar, weight, eps } = norm;
  const scale = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const gamma = weight === null ? 1 : (weight.data[c] as number);
    scale[c] = gamma / Math.sqrt((runningVar.data[c] as number) + eps);
  }
  return scale;
}

/** Returns the channel of the first element that only the rounding makes infinite, else -1. */
function scaleRows(
  source: FloatArray,
  target: FloatArray,
  scale: Float64Array,
  { rows, groups, columns, run }: ChannelRows,
): number {
  const rowsOfGroup = rows / groups;
  let i = 0;
  for (let row = 0; row < rows; row++) {
    const firstChannel = Math.floor(row / rowsOfGroup) * columns;
    for (let column = 0; column < columns; column++) {
      const factor = scale[firstChannel + column] as number;
      for (const end = i + run; i < end; i++) {
        const value = source[i] as number;
        target[i] = value * factor;
        if (isOverflow(target[i] as number, value, factor)) return firstChannel + column;
      }
    }
  }
  return -1;
}

function foldBias(called: Called, { bias, norm }: Foldable, scale: Float64Array): Tensor {
  const { runningMean } = norm;
  const data = allocateUninitialized(runningMean.dtype, scale.length);
  for (let c = 0; c < scale.length; c++) {
    const b = bias === null ? 0 : (bias.data[c] as number);
    const beta = norm.bias === null ? 0 : (norm.bias.data[c] as number);
    const centered = b - (runningMean.data[c] as number);
    const factor = scale[c] as number;
    data[c] = centered * factor + beta;
    if (isOverflow(data[c] as number, centered + beta, factor)) {
      throw overflows(called, `${called.layer}bias`, runningMean, c, scale);
    }
  }
  return new Tensor(data, [scale.length]);
}

/** Whether finite numbers gave one that is not: the layer would not be what the pair was. */
function isOverflow(result: number, value: number, factor: number): boolean {
  return !Number.isFinite(result) && Number.isFinite(value) && Number.isFinite(factor);
}

function overflows(
  { caller, norm }: Called,
  name: string,
  { dtype }: Tensor,
  channel: number,
  scale: Float64Array,
): ArgumentError {
  const wider = dtype === 'float32' ? ', or fold in float64' : '';
  return new ArgumentError(
    `${caller}: ${name} would overflow ${dtype} in output channel ${channel}, which ${norm}weight ` +
      `and ${norm}running_var scale by ${scale[channel]?.toPrecision(3)}: leave the pair ` +
      `unfolded${wider}`,
  );
}
