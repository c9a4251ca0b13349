import { interleave } from '../../../bench/interleave.mjs';
import { median } from '../../../bench/statistics.mjs';
import { SIDE } from '../model/side.mjs';
import { loadSession } from '../server/classifier.mjs';
import { ort } from '../server/onnxruntime.mjs';

const RUNS = 500;

/** Milliseconds that the model alone takes for one digit: onnxruntime holds the event loop meanwhile. */
export async function measureModel(file) {
  const session = await loadSession(file);
  const input = new ort.Tensor('float32', new Float32Array(SIDE * SIDE), [1, 1, SIDE, SIDE]);
  const feeds = { [session.inputNames[0]]: input };
  const { run } = await interleave(
    {
      async run() {
        const start = performance.now();
        for (let i = 0; i < RUNS; i++) await session.run(feeds);
        return (performance.now() - start) / RUNS;
      },
    },
    { rounds: 9 },
  );
  await session.release();
  return median(run);
}
