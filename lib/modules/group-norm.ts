import { ArgumentError } from '../errors';
import { arrangeGroups, checkEps, checkNumGroups, refuseOneValue } from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import { checkDType, type DType } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';
import { callerOfAny } from './any-channels';
import { reprBoolean, reprFloat } from './repr';
import { SampleNorm } from './sample-norm';

export interface GroupNormOptions {
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Whether to learn a scale (`weight`) and a shift (`bias`) per channel. */
  affine?: boolean | undefined;
  /** false leaves the shift out. */
  bias?: boolean | undefined;
  /** The type of the parameters, and so of the input. */
  dtype?: DType | undefined;
}

/**
 * Group normalization of (N, C, ...), C / numGroups adjacent channels of each sample together:
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * mean and (biased) variance are those of a group of one sample, in training and evaluation; weight
 * and bias are a channel's. Gradients, with z = (x - mean) / sqrt(variance + eps),
 * g = gradOutput * weight, and mean() over a group:
 *
 *     gradWeight = sum(gradOutput * z)
 *     gradBias   = sum(gradOutput)
 *     gradInput  = (g - mean(g) - z * mean(g * z)) / sqrt(variance + eps)
 *
 * Wu & He 2018, arXiv:1803.08494; PyTorch's `nn.GroupNorm`.
 *
 * @example
 * ```ts
 * const norm = new GroupNorm(32, 256);
 * const y = norm.forward(randn([4, 256, 16, 16]));
 * ```
 */
export class GroupNorm extends SampleNorm<number> {
  static override readonly name: string = 'GroupNorm';

  /** How many groups the channels are in. */
  readonly numGroups: number;
  /** C, the channels of every input. */
  readonly numChannels: number;
  /** Whether the layer learns `weight` and, unless that was left out, `bias`. */
  readonly affine: boolean;

  /**
   * @param numGroups A positive integer that divides `numChannels`.
   * @param numChannels C, a positive integer.
   * @throws ArgumentError or DTypeError where a number or an option makes no sense.
   */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    const { name } = new.target;
    checkOptions(name, options, ['eps', 'affine', 'bias', 'dtype'], 'numGroups, numChannels');
    const { eps = 1e-5, affine = true, bias = true, dtype = 'float32' } = options;
    checkNumGroups(name, numGroups);
    checkNumChannels(name, numChannels, numGroups);
    const caller = { name, ranks: null, numFeatures: numChannels };
    const hasWeight = checkBoolean(name, 'affine', affine);
    super({
      caller,
      shape: [numChannels],
      hasWeight,
      hasBias: checkBoolean(name, 'bias', bias) && hasWeight,
      optionsFor: { weight: 'affine: true', bias: hasWeight ? 'bias: true' : 'affine: true' },
      dtype: checkDType(dtype, name),
      eps,
      checkEps,
      arrange: (input, parameters) => {
        const asked = hasWeight ? caller : callerOfAny(caller, input, 'num_channels');
        const arranged = arrangeGroups(asked, numGroups, input, parameters);
        refuseOneValue(asked, arranged);
        return arranged;
      },
    });
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.affine = affine;
  }

  protected override extraRepr(): string {
    return [
      `${this.numGroups}`,
      `${this.numChannels}`,
      `eps=${reprFloat(this.eps)}`,
      `affine=${reprBoolean(this.affine)}`,
      `bias=${reprBoolean(this.bias !== null)}`,
    ].join(', ');
  }
}

function checkNumChannels(name: string, numChannels: unknown, numGroups: number): void {
  if (!Number.isSafeInteger(numChannels) || (numChannels as number) <= 0) {
    throw new ArgumentError(
      `${name}: numChannels should be a positive integer, got ${nameOf(numChannels)}`,
    );
  }
  if ((numChannels as number) % numGroups !== 0) {
    throw new ArgumentError(
      `${name}: num_channels (${numChannels}) must be divisible by num_groups (${numGroups})`,
    );
  }
}
