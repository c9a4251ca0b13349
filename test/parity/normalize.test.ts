import { type DType, transforms } from 'batchnorm';
import { native } from '../../lib/native';
import { expectSame } from '../reference/same';
import { decode, decodeTensor, type Encoded, readFixture } from './fixture';

interface NormalizeCase {
  name: string;
  dtype: DType;
  mean: number[];
  std: number[];
  shape: number[];
  /** Pixels of [H, W, C]. */
  bytes?: string;
  /** Floats of (..., C, H, W). */
  input?: Encoded;
  output: Encoded;
}

const { torch, cases } = readFixture<NormalizeCase>('normalize');

const before = native.simdTarget();
afterAll(() => {
  native.setSimdTarget(before);
});

describe.each(native.simdTargets())(`on %s as PyTorch ${torch}`, (target) => {
  beforeAll(() => {
    native.setSimdTarget(target);
  });

  test.each(
    cases.flatMap(({ bytes, ...each }) => (bytes === undefined ? [] : [{ ...each, bytes }])),
  )('bytes with $name in $dtype', ({ dtype, mean, std, shape, bytes, output }) => {
    const normalize = new transforms.Normalize(mean, std, { dtype });
    const [height, width, channels] = shape as [number, number, number];
    const pixels = { data: Buffer.from(bytes, 'base64'), info: { width, height, channels } };
    const y = normalize.forward(pixels);
    expect(y.shape).toEqual([channels, height, width]);
    expectSame(y.data, decode(output, dtype));
  });

  test.each(
    cases.flatMap(({ input, ...each }) => (input === undefined ? [] : [{ ...each, input }])),
  )('floats $shape with $name in $dtype', ({ dtype, mean, std, shape, input, output }) => {
    const y = new transforms.Normalize(mean, std).forward(decodeTensor(input, shape, dtype));
    expect(y.shape).toEqual(shape);
    expect(y.dtype).toBe(dtype);
    expectSame(y.data, decode(output, dtype));
  });
});
