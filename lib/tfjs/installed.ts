// Imported before all else: what the other files import is there, or the error says what to install.
import { MissingPeerError } from '../errors';

try {
  require.resolve('@tensorflow/tfjs-core');
} catch (cause) {
  throw new MissingPeerError(
    'batchnorm/tfjs needs TensorFlow.js, which is not installed: npm install @tensorflow/tfjs-core ' +
      '@tensorflow/tfjs-layers @tensorflow/tfjs-backend-cpu @tensorflow/tfjs-backend-wasm ' +
      '(@tensorflow/tfjs brings all of them but the last)',
    { cause },
  );
}
