import { arrangeGroups, type Caller } from '../../functional/internal';
import { Tensor } from '../../tensor/tensor';
import type { Channels } from './channels';
import { sampleNorm } from './sample-norm';

const caller: Caller = { name: 'groupNormalization', ranks: null, numFeatures: null };

export interface Groups extends Channels {
  readonly channelsLast: boolean;
  readonly groups: number;
}

/** Normalizes each group of adjacent channels of each sample by itself. */
export const groupNorm = sampleNorm<Groups>(
  'batchnorm/GroupNorm',
  caller,
  (elements, { n, c, s, channelsLast }) =>
    new Tensor(elements, [n, c, s], channelsLast ? 'channelsLast' : 'contiguous'),
  ({ groups }) =>
    (input, affine) =>
      arrangeGroups(caller, groups, input, affine),
);
