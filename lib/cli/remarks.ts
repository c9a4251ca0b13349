import { ArgumentError, type RunningMoments, transforms } from '../index';
import type { PartialStats } from './partial-stats';

/** What a reader should know of the result besides, a line each. */
export function remarksOn({ identity, tree, tallies }: PartialStats): string[] {
  const moments = tree.total();
  const { nonfinite, paged } = tallies;
  const remarks: string[] = [];
  if (nonfinite > 0) {
    const values = nonfinite === 1 ? 'value' : 'values';
    remarks.push(
      `left out ${nonfinite} ${values} of each channel for NaN or infinities among them`,
    );
  }
  if (paged > 0) {
    remarks.push(
      `${paged} of ${identity.files} images have several pages or frames: the first counts`,
    );
  }
  const constant = constantChannels(moments);
  if (constant.length > 0) {
    const [which, are] = constant.length === 1 ? ['channel', 'is'] : ['channels', 'are'];
    remarks.push(
      `${which} ${constant.join(', ')} ${are} constant: Normalize refuses a std of 0, give 1 in its place`,
    );
  }
  if (moments.count > 0 && !moments.variance.every(Number.isFinite)) {
    remarks.push('values are so large that their variance is beyond float64: scale them first');
  } else if (moments.count > 0 && constant.length === 0 && !areOfPixels(moments)) {
    remarks.push('not of pixels: Normalize takes these with scale: null, and then floats alone');
  }
  return remarks;
}

/** Whether Normalize takes the values for those of pixels, from 0 to 1. */
function areOfPixels({ mean, std }: RunningMoments): boolean {
  try {
    new transforms.Normalize(mean, std);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}

/** Those of one value, which cannot be scaled to a deviation of 1. */
export function constantChannels({ std }: RunningMoments): number[] {
  return Array.from(std, (value, channel) => (value === 0 ? channel : -1)).filter((c) => c >= 0);
}
