import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IntegerTensor, Tensor } from 'batchnorm';
import { bytesOf } from '../formats/files';

/** A tensor of a file: its elements are in base64, those of 16 bits widened to 32. */
export type Described = [name: string, dtype: string, shape: readonly number[], elements: string];

interface Expected {
  torch: string;
  numpy: string;
  safetensors: string;
  files: Record<string, Described[]>;
  partial: Record<string, { missing: string[]; unexpected: string[] }>;
}

const { PARITY_FIXTURES } = process.env;

/** Where Python has written files: the committed ones, or fresh ones. */
export const fixtures =
  PARITY_FIXTURES === undefined
    ? join(__dirname, 'fixtures')
    : join(PARITY_FIXTURES, 'checkpoints');

export function readExpected(): Expected {
  return JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));
}

export function describeTensor(name: string, value: Tensor | IntegerTensor | number): Described {
  if (typeof value === 'number') {
    return [name, 'int64', [], bytesOf(BigInt64Array.of(BigInt(value))).toString('base64')];
  }
  return [name, value.dtype, value.shape, bytesOf(value.data).toString('base64')];
}

/** By name: an object has keys that look like integers first. */
export function byName([a]: Described, [b]: Described): number {
  return a < b ? -1 : 1;
}
