import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSafetensors } from 'batchnorm';
import protobuf from 'protobufjs';
import { encodeModel } from '../../shared/onnx/encode.mjs';
import { digitsGraph } from './graph.mjs';
import { SIDE } from './side.mjs';

/**
 * Writes the network with batch normalization of a checkpoint of `batchnorm train` as an ONNX model.
 *
 * @param checkpoint the folder that `--checkpoint` named
 */
export function exportModel(checkpoint, file) {
  const folder = join(checkpoint, lastStep(checkpoint));
  const state = loadSafetensors(join(folder, 'batch-norm.safetensors'));
  const { study } = JSON.parse(readFileSync(join(folder, 'study.json'), 'utf8'));
  const graph = digitsGraph(state, { eps: study.settings.eps, rows: SIDE, columns: SIDE });
  // Under its name once it is whole: a server may start at any time.
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, encodeModel(protobuf, graph));
  renameSync(temporary, file);
}

function lastStep(checkpoint) {
  const steps = readdirSync(checkpoint).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []);
  if (steps.length === 0) throw new Error(`${checkpoint} has no checkpoint of batchnorm train`);
  return `step-${Math.max(...steps.map(Number))}`;
}
