import type * as TensorFlowLayers from '@tensorflow/tfjs-layers';
import { MissingPeerError } from '../../errors';

/** TensorFlow.js's layers, an optional peer; null where they are not installed. */
export function findTensorFlowLayers(): typeof TensorFlowLayers | null {
  try {
    return require('@tensorflow/tfjs-layers') as typeof TensorFlowLayers;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What they need themselves may be missing too: then they stand further down, as who asked for it.
    const [first = ''] = message.split('\n');
    if (code === 'MODULE_NOT_FOUND' && first.includes('@tensorflow/tfjs-layers')) return null;
    throw error;
  }
}

/** The same, for those who can't do without. */
export function tensorFlowLayers(): typeof TensorFlowLayers {
  const found = findTensorFlowLayers();
  if (found !== null) return found;
  throw new MissingPeerError(
    'layers are made with @tensorflow/tfjs-layers, which is not installed: ' +
      'npm install @tensorflow/tfjs-layers',
  );
}
