import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manualSeed, randn, type SaveableStateDict, saveSafetensors, tensor } from 'batchnorm';
import { evaluate } from '../../scripts/bench/bench';

const hidden = 12;

/** The tensors of a network that nobody has trained, by PyTorch's keys: Linear, BatchNorm1d, Sigmoid, Linear. */
export function untrained(classes = 10) {
  manualSeed(3);
  return {
    '0.weight': randn([hidden, 784]),
    '1.weight': randn([hidden]),
    '1.bias': randn([hidden]),
    '1.running_mean': randn([hidden]),
    '1.running_var': tensor(Float32Array.from({ length: hidden }, (_, i) => 40 + i)),
    '1.num_batches_tracked': 3,
    '3.weight': randn([classes, hidden]),
    '3.bias': randn([classes]),
  };
}

/** What that network makes of a digit's inputs, in float64. */
export function probabilitiesOf(
  state: ReturnType<typeof untrained>,
  inputs: readonly number[],
  eps: number,
): number[] {
  const product = (key: '0.weight' | '3.weight', values: readonly number[]) => {
    const weight = state[key].toArray() as number[][];
    return weight.map((row) => row.reduce((sum, w, i) => sum + w * (values[i] as number), 0));
  };
  const normalized = product('0.weight', inputs).map((sum, i) => {
    const of = (name: 'weight' | 'bias' | 'running_mean' | 'running_var') =>
      state[`1.${name}`].data[i] as number;
    const x = (sum - of('running_mean')) / Math.sqrt(of('running_var') + eps);
    return 1 / (1 + Math.exp(-(x * of('weight') + of('bias'))));
  });
  const exponentials = product('3.weight', normalized).map((sum, i) =>
    Math.exp(sum + (state['3.bias'].data[i] as number)),
  );
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** Writes a checkpoint as `batchnorm train` does, and exports it; returns the ONNX model's path. */
export function exported(
  folder: string,
  state: SaveableStateDict,
  eps: number,
  options: { fold?: boolean } = {},
): string {
  const step = join(folder, 'checkpoint/step-7');
  mkdirSync(step, { recursive: true });
  saveSafetensors(join(step, 'batch-norm.safetensors'), state);
  writeFileSync(join(step, 'study.json'), JSON.stringify({ study: { settings: { eps } } }));
  const model = join(folder, 'digits.onnx');
  const given = [join(folder, 'checkpoint'), model, options].map((each) => JSON.stringify(each));
  evaluate(`
    import { exportModel } from './examples/serving/model/export.mjs';
    exportModel(${given.join(', ')});
    console.log(null);
  `);
  return model;
}
