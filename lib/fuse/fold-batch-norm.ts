import { ArgumentError } from '../errors';
import { optional } from '../functional/internal';
import { BatchNorm, FrozenBatchNorm, InstanceNorm, Module } from '../modules';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type Foldable, type FoldedLayer, fold } from './fold';
import { checkGroups, checkKind, type LayerKind } from './layer-kind';

/** The layer in front of the BatchNorm; what else it has is not looked at. */
export interface FoldableLayer {
  /** (out, in) of a linear layer, (out, in / groups, ...kernel) of a convolution, (in, out / groups, ...kernel) of a transposed one. */
  readonly weight: TensorLike;
  /** A value for each output channel; 0 when absent. */
  readonly bias?: TensorLike | null | undefined;
}

export interface FoldBatchNormOptions {
  /** Which layer it is; a convolution of 1, 2 or 3 dimensions is told by its weight. */
  kind: LayerKind;
  /** The groups of a convolution; 1 unless told. They matter where it is transposed. */
  groups?: number | undefined;
}

const caller = 'foldBatchNorm';

/**
 * The weight and bias of one layer that does what a linear layer or a convolution and the BatchNorm
 * behind it do in evaluation. Per output channel, in float64, each result rounded once to the dtype:
 *
 *     weight' = weight * bn.weight / sqrt(bn.runningVar + bn.eps)
 *     bias'   = (bias - bn.runningMean) * bn.weight / sqrt(bn.runningVar + bn.eps) + bn.bias
 *
 * Jacob et al. 2018, arXiv:1712.05877, section 3.2; PyTorch's `torch.nn.utils.fusion`. The channels
 * of a linear layer's output (N, C) are its features. A channel whose statistics make the pair's
 * output NaN or infinite has such weights, and does not touch the others.
 *
 * @param layer Tensors of bn's dtype, or what stands for them; they stay as they are.
 * @param bn Any BatchNorm in evaluation mode, or a FrozenBatchNorm, without an activation.
 * @returns New tensors; the weight's memory format is kept.
 * @throws ArgumentError where bn is in training mode (call `bn.eval()`), has no running statistics
 * or no channels yet, has an activation or is of another kind; where memory is gone, or a finite
 * weight would overflow the dtype.
 * @throws ShapeError where the weight is none of that kind, or has another number of output channels
 * than bn; DTypeError where the tensors are not of one dtype.
 *
 * @example
 * ```ts
 * const bn = new BatchNorm2d(8).eval();
 * const { weight, bias } = fuse.foldBatchNorm({ weight: randn([8, 3, 5, 5]) }, bn, { kind: 'conv' });
 * ```
 */
export function foldBatchNorm(
  layer: FoldableLayer,
  bn: BatchNorm | FrozenBatchNorm,
  options: FoldBatchNormOptions,
): FoldedLayer {
  checkOptions(caller, options, ['kind', 'groups']);
  const { kind: givenKind, groups: givenGroups = 1 } = options;
  const kind = checkKind(caller, givenKind);
  const groups = checkGroups(caller, givenGroups);
  const norm = readNorm(bn);
  const { weight, bias } = readLayer(layer);
  const foldable: Foldable = {
    weight: asTensor(weight as TensorLike, 'weight', caller),
    bias: optional(bias as TensorLike, 'bias', caller),
    kind,
    groups,
    norm,
  };
  return fold({ caller, layer: '', norm: 'bn.' }, foldable);
}

function readLayer(layer: unknown): { weight?: unknown; bias?: unknown } {
  if (typeof layer === 'object' && layer !== null && 'weight' in layer) return layer;
  throw new ArgumentError(
    `${caller}: the layer should be an object { weight, bias }, got ${nameOf(layer)}`,
  );
}

function readNorm(bn: unknown): Foldable['norm'] {
  if (!(bn instanceof BatchNorm || bn instanceof FrozenBatchNorm)) throw noBatchNorm(bn);
  const { name } = bn.constructor;
  if (bn instanceof BatchNorm && bn.training) {
    throw new ArgumentError(
      `${caller}: Fusion only for eval! ${name} is in training mode and normalizes with each ` +
        "batch's statistics: call its eval() first",
    );
  }
  const { weight, bias, runningMean, runningVar, eps, activation } = bn;
  if (runningMean === null || runningVar === null) {
    throw new ArgumentError(
      `${caller}: ${name} has no running statistics to fold: it was made with ` +
        "trackRunningStats: false, and normalizes with each batch's. Make one with " +
        'trackRunningStats: true, load its weight and bias, and estimate the statistics with ' +
        'updateBatchNormStats',
    );
  }
  if (activation !== null) {
    throw new ArgumentError(
      `${caller}: ${name} applies ${activation} in the same pass, which no weight can hold: fold ` +
        `a layer without activation that has loaded its state dict, and apply ${activation} after`,
    );
  }
  return { weight, bias, runningMean, runningVar, eps };
}

function noBatchNorm(bn: unknown): ArgumentError {
  const got = bn instanceof Module ? bn.constructor.name : nameOf(bn);
  const why =
    bn instanceof InstanceNorm ? ', which normalizes each sample with its own statistics' : '';
  return new ArgumentError(
    `${caller}: expected a BatchNorm or FrozenBatchNorm of 1, 2 or 3 dimensions, got ${got}${why}`,
  );
}
