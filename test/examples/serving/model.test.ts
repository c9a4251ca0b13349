import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softmax, type Tensor2D } from '@tensorflow/tfjs-core';
import { startBackend } from '../../../lib/study/backend';
import { initialWeights } from '../../../lib/study/initial-weights';
import { Network } from '../../../lib/study/network';
import { imagesOf, targetsOf } from '../../../lib/study/pixels';
import { evaluate } from '../../scripts/bench/bench';
import { testDigits } from './digits';
import { exported, untrained } from './model';
import { main } from './server';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchnorm-serving-'));
  await startBackend();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What onnxruntime makes of grey bytes, some digits at a time. */
function inOnnxruntime(model: string, pixels: Uint8Array): number[] {
  const file = join(folder, 'pixels');
  writeFileSync(file, pixels);
  return evaluate(`
    import { readFileSync } from 'node:fs';
    import { ort } from './examples/serving/server/onnxruntime.mjs';
    const values = Float32Array.from(readFileSync(${JSON.stringify(file)}), (x) => x / 255);
    const session = await ort.InferenceSession.create(${JSON.stringify(model)});
    const pixels = new ort.Tensor('float32', values, [values.length / 784, 1, 28, 28]);
    const { probabilities } = await session.run({ pixels });
    console.log(JSON.stringify(Array.from(probabilities.data)));
  `) as number[];
}

test.each([
  ['with batch norm, folded', true, true],
  ['with batch norm, as it is', true, false],
  ['without', false, true],
])('the model exported from the network %s says what that says', async (_, isNormalized, fold) => {
  const digits = await testDigits();
  const sizes = [784, 100, 100, 100, 10];
  // Not the usual one, and large enough to be seen where it is left out.
  const eps = 0.3;
  const network = new Network({
    sizes,
    // Larger than in the study: digits give different answers without much training.
    weights: initialWeights(sizes, 0.7, 4),
    batchNorm: isNormalized ? { momentum: 0.3, eps } : null,
    learningRate: 0.1,
  });
  for (let step = 0; step < 5; step++) {
    const indices = Uint32Array.from({ length: 60 }, (_, i) => 60 * step + i);
    network.train(imagesOf(digits, indices), targetsOf(digits, indices));
  }
  const model = exported(join(folder, `${isNormalized} ${fold}`), network.state(), eps, { fold });

  const count = 50;
  const shown = Uint32Array.from({ length: count }, (_, i) => 1000 + i);
  expect(readFileSync(model).includes('BatchNormalization')).toBe(isNormalized && !fold);
  const { logits } = network.evaluate(imagesOf(digits, shown));
  const wanted = await (softmax(logits) as Tensor2D).data();
  const first = 1000 * digits.pixels;
  const pixels = digits.images.subarray(first, first + count * digits.pixels);
  const got = inOnnxruntime(model, pixels);

  expect(got).toHaveLength(wanted.length);
  const farthest = Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] as number))));
  // Two orders of adding up float32 products: some units of 2^-24 in each of four layers, of logits of
  // some units; a probability moves by a quarter of that at most.
  expect(farthest).toBeLessThan(1e-5);
  // And answers differ: a network that says the same of each digit would prove nothing.
  const spreads = Array.from({ length: 10 }, (_, digit) => {
    const ofDigit = got.filter((_, i) => i % 10 === digit);
    return Math.max(...ofDigit) - Math.min(...ofDigit);
  });
  expect(Math.max(...spreads)).toBeGreaterThan(0.3);
});

describe('a model that does not fit is refused in one line', () => {
  const refusal = (model: string) => {
    const { status, stderr } = spawnSync(process.execPath, [main, '--model', model], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trimEnd()).not.toContain('\n');
    return stderr;
  };

  test('where it is not there', () => {
    const missing = join(folder, 'none.onnx');
    expect(refusal(missing)).toContain(`${missing} does not load: `);
  });

  test('where it is no model', () => {
    const file = join(folder, 'text.onnx');
    writeFileSync(file, 'no model');
    expect(refusal(file)).toContain(`${file} does not load: `);
  });

  test('where it is a model of something else', () => {
    const model = exported(join(folder, 'nine'), untrained(9), 1e-5);
    expect(refusal(model)).toContain(
      'should take float32 (N, 1, 28, 28) and give float32 (N, 10), ' +
        'but takes float32 (N, 1, 28, 28) and gives float32 (N, 9)',
    );
  });
});

test('a folder without a checkpoint is said', () => {
  const script = `
    import { exportModel } from './examples/serving/model/export.mjs';
    try {
      exportModel(${JSON.stringify(folder)}, 'never.onnx');
    } catch ({ message }) {
      console.log(JSON.stringify(message));
    }`;
  expect(evaluate(script)).toBe(`${folder} has no checkpoint of batchnorm train`);
});
