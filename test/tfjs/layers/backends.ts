import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

// Leaves out the advertisement that it prints otherwise, and nothing else.
enableProdMode();

/** The same tests on each backend whose memory the kernels work in. */
export function onEachBackend(tests: () => void): void {
  describe.each(['cpu', 'wasm'])('on the %s backend', (name) => {
    beforeAll(async () => {
      expect(await setBackend(name)).toBe(true);
    });
    tests();
  });
}
