import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fuse, loadSafetensors } from 'batchnorm';
import protobuf from 'protobufjs';
import { encodeModel } from '../../shared/onnx/encode.mjs';
import { digitsGraph } from './graph.mjs';
import { SIDE } from './side.mjs';

/**
 * Writes the network with batch normalization of a checkpoint of `batchnorm train` as an ONNX model.
 *
 * @param checkpoint the folder that `--checkpoint` named
 * @param options `fold: false` keeps each BatchNorm1d as a node of its own; else it is folded into the
 * Linear before it, which then gives the same in one step
 */
export function exportModel(checkpoint, file, { fold = true } = {}) {
  const step = lastStep(checkpoint);
  if (step === null) throw new Error(`${checkpoint} has no checkpoint of batchnorm train`);
  const folder = join(checkpoint, `step-${step}`);
  const state = loadSafetensors(join(folder, 'batch-norm.safetensors'));
  const { study } = JSON.parse(readFileSync(join(folder, 'study.json'), 'utf8'));
  const { eps } = study.settings;
  const layers = fold ? folded(state, eps) : state;
  const graph = digitsGraph(layers, { eps, rows: SIDE, columns: SIDE });
  // Under its name once it is whole: a server may start at any time.
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, encodeModel(protobuf, graph));
  renameSync(temporary, file);
}

/** A BatchNorm1d is the layer behind its Linear. */
function folded(state, eps) {
  const norms = Object.keys(state).flatMap((key) => /^(\d+)\.running_mean$/.exec(key)?.[1] ?? []);
  const pairs = norms.map((norm) => [String(norm - 1), norm]);
  return fuse.foldStateDict(state, pairs, { eps });
}

/** How far a checkpoint is; null where there is none. */
export function lastStep(checkpoint) {
  if (!existsSync(checkpoint)) return null;
  const steps = readdirSync(checkpoint).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []);
  return steps.length === 0 ? null : Math.max(...steps.map(Number));
}
