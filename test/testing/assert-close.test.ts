import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ArgumentError,
  type AssertCloseOptions,
  assertClose,
  BatchNorm2d,
  type Comparable,
  type DType,
  NotCloseError,
  randn,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

/** Of `npm run parity` fresh ones. */
const fixtures = process.env.PARITY_FIXTURES ?? join(__dirname, 'fixtures');

interface Case {
  actual: unknown;
  expected: unknown;
  options: { rtol?: number; atol?: number; equal_nan?: boolean; check_dtype?: boolean };
  message: string | null;
}

const { torch, cases }: { torch: string; cases: Case[] } = JSON.parse(
  readFileSync(join(fixtures, 'assert-close.json'), 'utf8'),
);

/** The other way round than `plain` in scripts/parity/assert_close_fixtures.py. */
function read(value: unknown): Comparable {
  if (Array.isArray(value)) return value.map(read);
  if (typeof value === 'string') return Number(value);
  if (typeof value !== 'object' || value === null) return value as number | null;
  if (!('dtype' in value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, read(each)]));
  }
  const { dtype, shape, data } = value as { dtype: string; shape: number[]; data: number[] };
  const numbers = data.map(Number);
  if (dtype === 'int64') return { dtype, shape, data: BigInt64Array.from(numbers, BigInt) };
  return tensor(Float64Array.from(numbers), shape, { dtype: dtype as DType });
}

function messageOf(actual: Comparable, expected: Comparable, options?: AssertCloseOptions) {
  try {
    assertClose(actual, expected, options);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(NotCloseError);
    return (error as Error).message;
  }
}

describe(`says what PyTorch ${torch} says`, () => {
  test.each(cases.map((each, i) => [i, each] as const))('case %d', (_, each) => {
    const { equal_nan, check_dtype, ...tolerances } = each.options;
    const options: AssertCloseOptions = {
      ...tolerances,
      equalNan: equal_nan,
      checkDtype: check_dtype,
    };
    expect(messageOf(read(each.actual), read(each.expected), options)).toBe(each.message);
  });

  test('there are close ones and others', () => {
    const close = cases.filter(({ message }) => message === null).length;
    expect(close).toBeGreaterThan(8);
    expect(cases.length - close).toBeGreaterThan(40);
  });
});

test('memory formats may differ, and indices are those of (N, C, ...)', () => {
  const x = randn([2, 3, 4, 5]);
  const last = x.to({ memoryFormat: 'channelsLast' });
  expect(messageOf(last, x)).toBeNull();
  last.data[1] = 100; // n = 0, h = 0, w = 0, c = 1
  expect(messageOf(last, x)).toMatch(/^Mismatched elements: 1 \/ 120 \(0\.8%\)$/m);
  expect(messageOf(last, x)).toMatch(/^Greatest absolute .* at index \(0, 1, 0, 0\) /m);
});

test('takes whatever stands for a tensor', () => {
  const { data, shape } = zeros([2, 3]);
  for (const other of [{ data, shape }, { data, dims: shape }, tensor(data, shape)]) {
    expect(messageOf(other, zeros([2, 3]))).toBeNull();
  }
  expect(messageOf(Float32Array.of(1, 2), tensor([1, 2]))).toBeNull();
  expect(messageOf(Float32Array.of(1, 2), Float32Array.of(1, 3))).toContain('1 / 2 (50.0%)');
  expect(messageOf([1n], [2n])).toContain('Expected 2 but got 1.\nAbsolute difference: 1\n');
});

test('compares state dicts', () => {
  const bn = new BatchNorm2d(3);
  const before = { ...new BatchNorm2d(3).stateDict() };
  expect(messageOf(bn.stateDict(), before)).toBeNull();
  bn.forward(randn([4, 3, 2, 2]));
  const said = messageOf(bn.stateDict(), before);
  expect(said).toMatch(/^The failure occurred for item \['running_mean'\]$/m);
});

test('msg is the message, or makes it', () => {
  expect(messageOf(1, 2, { msg: 'mine' })).toBe('mine');
  expect(messageOf(1, 2, { msg: (said) => `step 3: ${said}` })).toMatch(/^step 3: Scalars are not/);
});

test('the error has a code, and its trace begins where the assertion is', () => {
  try {
    assertClose(1, 2);
  } catch (error) {
    expect(error).toMatchObject({ name: 'NotCloseError', code: 'ERR_BATCHNORM_NOT_CLOSE' });
    expect((error as Error).stack).toMatch(/^ {4}at .*assert-close\.test\.ts/m);
    expect((error as Error).stack).not.toContain('lib/testing');
    return;
  }
  throw new Error('no error');
});

const x = zeros([2]);
test.each<[string, () => void, string]>([
  [
    'one tolerance',
    () => assertClose(x, x, { rtol: 1e-3 }),
    "Both 'rtol' and 'atol' must be either specified or omitted, but got no atol.",
  ],
  [
    'a negative one',
    () => assertClose(x, x, { rtol: -1, atol: 0 }),
    'rtol should be a number >= 0, got -1',
  ],
  [
    'NaN',
    () => assertClose(x, x, { rtol: 0, atol: Number.NaN }),
    'atol should be a number >= 0, got NaN',
  ],
  [
    "PyTorch's name",
    () => assertClose(x, x, { equal_nan: true } as never),
    'did you mean equalNan?',
  ],
  [
    'a tolerance by position',
    () => assertClose(x, x, 1e-3 as never),
    'options should be an object of rtol',
  ],
  [
    'a msg',
    () => assertClose(x, x, { msg: 3 as never }),
    'msg should be a string or a function, got 3',
  ],
  ['a number and a tensor', () => assertClose(x, 1), 'Tensor cannot be compared with 1'],
  [
    'an array and a tensor',
    () => assertClose({ a: [x] }, { a: x }),
    "Array cannot be compared with Tensor, at ['a']",
  ],
  ['strings', () => assertClose('a' as never, 'a' as never), "'a' cannot be compared with 'a'"],
  [
    'a shape that does not fit',
    () => assertClose({ data: Int32Array.of(1), shape: [2], dtype: 'int32' }, x),
    'actual has 1 elements, its shape [2]',
  ],
])('refuses %s', (_, call, said) => {
  expect(call).toThrow(said);
  expect(call).not.toThrow(NotCloseError);
});

test('refuses memory that is gone', () => {
  const gone = new Tensor(new Float32Array(2), [2]);
  structuredClone(gone.data, { transfer: [gone.data.buffer as ArrayBuffer] });
  expectRefused(
    () => assertClose(x, gone),
    ArgumentError,
    'assertClose: the memory of expected is gone',
  );
});
