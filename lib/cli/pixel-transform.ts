import { ArgumentError, transforms } from '../index';
import { CommandError } from './command-error';

/** Normalizes pixels, which are scaled to values from 0 to 1 first. */
export function pixelTransform({
  mean,
  std,
}: transforms.ChannelStatistics): transforms.Normalize<'float32'> {
  try {
    return new transforms.Normalize(mean, std, { dtype: 'float32' });
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    // What is wrong with them without a scale, too, is said as it is.
    new transforms.Normalize(mean, std, { dtype: 'float32', scale: null });
    throw new CommandError(
      '--mean and --std should be of values from 0 to 1, to which pixels are scaled first: ' +
        'divide both by 255, or by 65535 if they are of 16 bits',
    );
  }
}
