import { randomBytes } from 'node:crypto';
import { ArgumentError } from '../errors';
import { dtypeOf, type FloatArray } from './dtype';
import { Mt19937 } from './mt19937';
import { nameOf } from './name-of';

// Once: in a context made by node:vm, as under jest, each look-up of a global is slow.
const { cos, fround, log, log1p, PI, sin, sqrt } = Math;

// PyTorch's at::CPUGeneratorImpl: the engine, and the second value of the last scalar Box-Muller.
let engine: Mt19937 | undefined;
let spareNormal: number | undefined;

/**
 * Seeds the generator that `rand` and `randn` draw from, as `torch.manual_seed` does. It is one for
 * the whole process (each worker thread has its own); never seeded, it starts from random bytes.
 *
 * @param seed - a non-negative safe integer; its low 32 bits count, as in PyTorch
 * @throws ArgumentError where `seed` is something else
 */
export function manualSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(
      `manualSeed: seed must be a non-negative safe integer, got ${nameOf(seed)}`,
    );
  }
  engine = new Mt19937(seed);
  spareNormal = undefined;
}

function seededEngine(): Mt19937 {
  engine ??= new Mt19937(randomBytes(4).readUInt32LE());
  return engine;
}

const uniform = {
  /** 24 bits of one draw. */
  float32: (bits: Mt19937): number => (bits.next() & 0xffffff) / 2 ** 24,
  /** 53 bits of two draws, the first of them the high half. */
  float64: (bits: Mt19937): number => {
    const high = bits.next() & 0x1fffff;
    return (high * 2 ** 32 + bits.next()) / 2 ** 53;
  },
};

/**
 * Fills `data` with the values that `torch.rand` draws: uniform in [0, 1).
 *
 * @internal
 */
export function fillUniform(data: FloatArray): void {
  const bits = seededEngine();
  const draw = uniform[dtypeOf(data)];
  for (let i = 0; i < data.length; i++) data[i] = draw(bits);
}

/**
 * Fills `data` with the values that `torch.randn` draws: normal, mean 0, variance 1.
 *
 * @internal
 */
export function fillNormal(data: FloatArray): void {
  if (data.length < block) {
    for (let i = 0; i < data.length; i++) data[i] = scalarNormal();
    return;
  }
  fillUniform(data);
  const transform = dtypeOf(data) === 'float32' ? normalBlock32 : normalBlock64;
  for (let i = 0; i + block <= data.length; i += block) transform(data, i);
  if (data.length % block !== 0) {
    // PyTorch draws the last 16 values anew where they are no whole block.
    const tail = data.length - block;
    fillUniform(data.subarray(tail));
    transform(data, tail);
  }
}

/** Box-Muller in double precision for both dtypes; the sine's value waits for the next call. */
function scalarNormal(): number {
  if (spareNormal !== undefined) {
    const value = spareNormal;
    spareNormal = undefined;
    return value;
  }
  const u1 = uniform.float64(seededEngine());
  const u2 = uniform.float64(seededEngine());
  const radius = sqrt(-2 * log1p(-u2));
  const theta = 2 * PI * u1;
  spareNormal = radius * sin(theta);
  return radius * cos(theta);
}

const block = 16;
const half = block / 2;
const twoPi32 = fround(2 * PI);

/** Box-Muller on 16 uniform values in place; float32 rounds where PyTorch's arithmetic does. */
function normalBlock32(data: FloatArray, start: number): void {
  for (let i = start; i < start + half; i++) {
    const logOfUniform = fround(log(1 - (data[i] as number)));
    const radius = fround(sqrt(-2 * logOfUniform));
    const theta = fround(twoPi32 * (data[i + half] as number));
    data[i] = radius * fround(cos(theta));
    data[i + half] = radius * fround(sin(theta));
  }
}

function normalBlock64(data: FloatArray, start: number): void {
  for (let i = start; i < start + half; i++) {
    const radius = sqrt(-2 * log(1 - (data[i] as number)));
    const theta = 2 * PI * (data[i + half] as number);
    data[i] = radius * cos(theta);
    data[i + half] = radius * sin(theta);
  }
}
