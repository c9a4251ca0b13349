import { setBackend } from '@tensorflow/tfjs-core';
import { backends } from './backends';

/** The same tests on each backend whose memory the kernels work in. */
export function onEachBackend(tests: (backend: string) => void): void {
  describe.each(backends)('on the %s backend', (name) => {
    beforeAll(async () => {
      expect(await setBackend(name)).toBe(true);
    });
    tests(name);
  });
}
