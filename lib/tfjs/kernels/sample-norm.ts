import {
  type Arrange,
  backwardSamples,
  type Caller,
  forwardSamples,
  type Statistics,
  perChannel as zeros,
} from '../../functional/internal';
import type { Tensor } from '../../tensor/tensor';
import { run } from '../run';
import { perChannel } from './channels';
import type { Kernel } from './kernel';

/** A call of a kernel that normalizes each sample by itself. */
export interface SampleAttributes<Layout> {
  readonly layout: Layout;
  readonly epsilon: number;
  /** One of each set that is normalized by itself, left by the forward pass for the backward one. */
  readonly statistics: Statistics;
}

type SampleKernel<Layout> = Kernel<'x', 'scale' | 'offset', 'y', SampleAttributes<Layout>>;

/**
 * The kernel of such a normalization.
 *
 * @param asTensor The elements as `arrange` takes them.
 * @param arrange How lib/functional is to see them.
 */
export function sampleNorm<Layout>(
  name: string,
  caller: Caller,
  asTensor: (elements: Float32Array, layout: Layout) => Tensor,
  arrange: (layout: Layout) => Arrange,
): SampleKernel<Layout> {
  const grad: Kernel<
    'dy' | 'x',
    'scale' | 'offset',
    'dx' | 'dScale' | 'dOffset',
    SampleAttributes<Layout>
  > = {
    name: `${name}Grad`,

    outputShapes({ x, scale, offset }) {
      return { dx: x.shape, dScale: scale?.shape ?? [0], dOffset: offset?.shape ?? [0] };
    },

    fill({ dy, x, scale }, { dx, dScale, dOffset }, { layout, epsilon, statistics }) {
      const input = asTensor(x, layout);
      const weight = perChannel(scale);
      const arranged = arrange(layout)(input, { weight, bias: null });
      const gradWeight = zeros(arranged.c);
      const gradBias = zeros(arranged.c);
      backwardSamples({
        caller,
        gradOutput: asTensor(dy, layout),
        arranged,
        weight,
        statistics,
        eps: epsilon,
        out: asTensor(dx, layout),
        gradWeight,
        gradBias,
      });
      if (dScale.length > 0) dScale.set(gradWeight);
      if (dOffset.length > 0) dOffset.set(gradBias);
    },

    gradient: null,
  };

  return {
    name,

    outputShapes({ x }) {
      return { y: x.shape };
    },

    fill({ x, scale, offset }, { y }, { layout, epsilon, statistics }) {
      const input = asTensor(x, layout);
      const affine = { weight: perChannel(scale), bias: perChannel(offset) };
      const arranged = arrange(layout)(input, affine);
      const out = asTensor(y, layout);
      const call = { caller, input, arranged, ...affine, eps: epsilon, out, kept: null };
      forwardSamples(call, statistics);
    },

    gradient({ y: dy }, { x, scale, offset }, attributes) {
      const { dx, dScale, dOffset } = run(grad, { dy, x, scale, offset }, attributes);
      return { x: dx, scale: dScale, offset: dOffset };
    },
  };
}
