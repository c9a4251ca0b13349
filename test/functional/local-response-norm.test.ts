import {
  ArgumentError,
  type DType,
  DTypeError,
  empty,
  functional as F,
  full,
  type MemoryFormat,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { native, Status } from '../../lib/native';
import { expectRefused } from '../expect-refused';
import { ReferenceResponses } from '../reference/responses';
import { expectWithinUlps } from '../reference/ulps';

const formats: MemoryFormat[] = ['contiguous', 'channelsLast'];
const dtypes: DType[] = ['float32', 'float64'];

/** Every rank; sizes below, at and above the lanes of every target, in channels and in positions. */
const shapes = [
  [2, 6, 5],
  [1, 1, 1],
  [3, 4, 3, 3],
  [2, 5, 2, 3, 2],
  [2, 3, 2, 1, 2, 2],
  ...[2, 3, 4, 7, 8, 9, 15, 16, 17, 33].flatMap((size) => [
    [2, size, 3],
    [2, 5, size],
  ]),
  [1, 200, 2],
  [2, 7, 301],
];

const settings = [
  { size: 5 },
  { size: 2, alpha: 1, k: 2 },
  { size: 4, alpha: 0.5, beta: 0.5 },
  { size: 3, alpha: 2, beta: 1, k: 0.5 },
  { size: 1, alpha: 1, beta: 0.6 },
  { size: 1001, alpha: 3, beta: -0.3 },
];

const cases = shapes.map((shape, i) => [shape, settings[i % settings.length]] as const);

function defaults({
  size,
  alpha = 1e-4,
  beta = 0.75,
  k = 1,
}: {
  size: number;
  alpha?: number;
  beta?: number;
  k?: number;
}) {
  return { size, alpha, beta, k };
}

afterAll(() => native.setSimdTarget(null));

describe.each(native.simdTargets())('on %s', (target) => {
  beforeAll(() => {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
  });

  // Of the largest value; the reference adds up in another order.
  test.each(cases)(
    '%j, %j: the values and gradients of plain float64',
    (shape, given = settings[0]) => {
      const { size, ...options } = given as { size: number };
      for (const dtype of dtypes) {
        for (const memoryFormat of formats) {
          const x = randn(shape, { dtype, memoryFormat });
          const dy = randn(shape, { dtype, memoryFormat });
          const expected = new ReferenceResponses(x, defaults({ size, ...options }));
          const y = F.localResponseNorm(x, size, options);
          expect([y.dtype, y.memoryFormat, y.shape]).toEqual([dtype, memoryFormat, shape]);
          const ulps = dtype === 'float32' ? 1 : 8;
          expectWithinUlps(y, expected.output, ulps);
          const { gradInput } = F.localResponseNormBackward(dy, x, size, options);
          expect([gradInput.dtype, gradInput.memoryFormat]).toEqual([dtype, memoryFormat]);
          const { values, scale } = expected.gradient(dy);
          expectWithinUlps(gradInput, values, ulps, scale);
        }
      }
    },
  );
});

test('the window: one more channel before than after where its size is even, any size', () => {
  const x = tensor([1, 2, 3, 4, 5, 6], [1, 6, 1], { dtype: 'float64' });
  const sums = (size: number) => {
    const y = F.localResponseNorm(x, size, { alpha: size, beta: 1, k: 0 });
    return Array.from(y.data, (value, i) => Math.round((x.data[i] as number) / value));
  };
  // As PyTorch 2.15 gives them.
  expect(sums(1)).toEqual([1, 4, 9, 16, 25, 36]);
  expect(sums(2)).toEqual([1, 5, 13, 25, 41, 61]);
  expect(sums(3)).toEqual([5, 14, 29, 50, 77, 61]);
  expect(sums(4)).toEqual([5, 14, 30, 54, 86, 77]);
  expect(sums(7)).toEqual([30, 55, 91, 91, 90, 86]);
  for (const size of [11, 12, 1000, 2 ** 53 - 1]) expect(sums(size)).toEqual(Array(6).fill(91));
});

test('the defaults are those of PyTorch', () => {
  const x = randn([2, 5, 3]);
  const given = { alpha: 1e-4, beta: 0.75, k: 1 };
  expect(F.localResponseNorm(x, 3)).toEqual(F.localResponseNorm(x, 3, given));
  const { gradInput } = F.localResponseNormBackward(x, x, 3, given);
  expect(F.localResponseNormBackward(x, x, 3)).toEqual({ gradInput });
});

test.each(settings)('the gradient is the slope of the output: %j', ({ size, ...options }) => {
  const shape = [2, 6, 3];
  const [x, dy] = [randn(shape, { dtype: 'float64' }), randn(shape, { dtype: 'float64' })];
  const loss = (input: Tensor) =>
    Array.from(F.localResponseNorm(input, size, options).data).reduce(
      (sum, y, i) => sum + y * (dy.data[i] as number),
      0,
    );
  const { gradInput } = F.localResponseNormBackward(dy, x, size, options);
  const step = 1e-5;
  for (let i = 0; i < x.size; i++) {
    const [up, down] = [x.clone(), x.clone()];
    up.data[i] = (x.data[i] as number) + step;
    down.data[i] = (x.data[i] as number) - step;
    // Differences are off by the third derivative times step^2, and by 1e-16 / step.
    const slope = (loss(up) - loss(down)) / (2 * step);
    expect(Math.abs((gradInput.data[i] as number) - slope)).toBeLessThan(1e-8);
  }
});

test('what float32 has no room for: squares, and sums over many channels', () => {
  const large = F.localResponseNorm(full([1, 4, 3], 1e30), 1, { k: 0, alpha: 1 });
  for (const y of large.data) expect(Math.abs(y - 1e-15)).toBeLessThan(1e-21);
  // 2^24 ones and one more: a sum in float32 stays at 2^24.
  const many = F.localResponseNorm(ones([1, 4000, 1]), 8001, { k: 0, alpha: 8001, beta: 1 });
  expect(many.data[0]).toBe(Math.fround(1 / 4000));
  // A window that slides along would still have a part of the large one in it.
  const x = full([1, 8, 1], 1e-3);
  x.data[1] = 1e10;
  const y = F.localResponseNorm(x, 3, { k: 0, alpha: 3, beta: 0.5 });
  const rest = Array.from(y.data.slice(4, 7));
  for (const value of rest) expect(Math.abs(value - 1 / Math.sqrt(3))).toBeLessThan(1e-7);
});

test.each(formats)(
  'writes into out, which may be the input or the gradient: %s',
  (memoryFormat) => {
    const x = randn([2, 6, 3, 5], { memoryFormat });
    const dy = randn([2, 6, 3, 5], { memoryFormat });
    const y = F.localResponseNorm(x, 3);
    const { gradInput } = F.localResponseNormBackward(dy, x, 3);
    const out = empty([2, 6, 3, 5], { memoryFormat });
    expect(F.localResponseNorm(x, 3, { out })).toBe(out);
    expect(out).toEqual(y);
    expect(F.localResponseNormBackward(dy, x, 3, { out }).gradInput).toBe(out);
    expect(out).toEqual(gradInput);
    const gradient = dy.clone();
    F.localResponseNormBackward(gradient, x, 3, { out: gradient });
    expect(gradient).toEqual(gradInput);
    F.localResponseNorm(x, 3, { out: x });
    expect(x).toEqual(y);
  },
);

test('a gradient of another memory format counts in logical order', () => {
  const x = randn([2, 6, 3, 5], { memoryFormat: 'channelsLast' });
  const dy = randn([2, 6, 3, 5]);
  const { gradInput } = F.localResponseNormBackward(dy, x, 3);
  const inOrder = F.localResponseNormBackward(dy, x.to({ memoryFormat: 'contiguous' }), 3);
  expect(gradInput.memoryFormat).toBe('channelsLast');
  expect(gradInput.to({ memoryFormat: 'contiguous' })).toEqual(inOrder.gradInput);
});

test.each([[[0, 4, 3]], [[2, 0, 3]], [[2, 4, 0]], [[2, 4, 3, 0]], [[0, 2 ** 40, 2 ** 40]]])(
  'an empty input %j',
  (shape) => {
    const x = empty(shape);
    expect(F.localResponseNorm(x, 3)).toEqual(x);
    expect(F.localResponseNormBackward(x, x, 3).gradInput).toEqual(x);
  },
);

describe('refuses', () => {
  const x = randn([2, 6, 5]);

  test.each([
    [[], 0],
    [[3], 1],
    [[3, 4], 2],
  ])('%j, which is no (N, C, L, ...)', (shape, rank) => {
    const message =
      `localResponseNorm: Expected 3D or higher dimensionality input (got ${rank} dimensions): ` +
      'the shape should be (N, C, L) or longer, got ';
    expectRefused(() => F.localResponseNorm(zeros(shape), 3), ShapeError, message);
  });

  test.each([0, -1, 2.5, Number.NaN, 2 ** 53, '3', null, undefined, [3], true])(
    'a size of %p',
    (size) => {
      const message = 'localResponseNorm: size should be a positive integer, got ';
      const said = expectRefused(
        () => F.localResponseNorm(x, size as never),
        ArgumentError,
        message,
      );
      expect(said).toContain('kernel size should be greater than zero');
    },
  );

  test.each(['alpha', 'beta', 'k'])('a %s that is no finite number', (name) => {
    for (const value of [Number.NaN, 1 / 0, '1', null, 1n]) {
      const call = () => F.localResponseNorm(x, 3, { [name]: value });
      expectRefused(call, ArgumentError, `localResponseNorm: ${name} should be a finite number`);
    }
  });

  test('options that there are not', () => {
    const call = () => F.localResponseNorm(x, 3, { eps: 1 } as never);
    const message = "unknown option 'eps', the options are alpha, beta, k, out";
    expectRefused(call, ArgumentError, `localResponseNorm: ${message}`);
  });

  test('options by position, and says how they are passed', () => {
    const call = () => Reflect.apply(F.localResponseNorm, null, [x, 3, 1e-4]);
    const meant = 'localResponseNorm(input, size, { alpha, beta, ... })';
    expectRefused(call, ArgumentError, meant);
    const backward = () => Reflect.apply(F.localResponseNormBackward, null, [x, x, 3, 1e-4]);
    expectRefused(backward, ArgumentError, 'localResponseNormBackward(gradOutput, input, size, {');
  });

  test('outputs that do not fit, and changes nothing', () => {
    const dy = randn([2, 6, 5]);
    const both = (out: Tensor, type: typeof ShapeError | typeof DTypeError, message: string) => {
      expectRefused(() => F.localResponseNorm(x, 3, { out }), type, message, [out, x]);
      const backward = () => F.localResponseNormBackward(dy, x, 3, { out });
      expectRefused(backward, type, message, [out, x, dy]);
    };
    both(zeros([2, 6, 4]), ShapeError, "out should have the input's shape [2, 6, 5], got");
    both(zeros([2, 6, 5], { dtype: 'float64' }), DTypeError, "have the input's dtype float32");
    const last = zeros([2, 6, 5], { memoryFormat: 'channelsLast' });
    both(last, ShapeError, "the result's memory format contiguous, got channelsLast");
  });

  test('memory that is shared in part, or gone', () => {
    const memory = new Float32Array(61);
    const [a, b] = [memory.subarray(0, 60), memory.subarray(1)];
    const input = { data: a, shape: [2, 6, 5] };
    const out = { data: b, shape: [2, 6, 5] };
    const call = () => F.localResponseNorm(input, 3, { out });
    expectRefused(call, ArgumentError, 'out shares a part of its memory with input');
    const onInput = () => F.localResponseNormBackward(x, input, 3, { out: input });
    expectRefused(onInput, ArgumentError, 'out shares memory with the input of the forward pass');
    const gone = randn([2, 6, 5]);
    structuredClone(gone.data, { transfer: [gone.data.buffer as ArrayBuffer] });
    expectRefused(() => F.localResponseNorm(gone, 3), ArgumentError, 'memory of input is gone');
    const dy = () => F.localResponseNormBackward(gone, x, 3);
    expectRefused(dy, ArgumentError, 'memory of gradOutput is gone');
  });

  test('gradients that do not fit', () => {
    const name = 'localResponseNormBackward';
    const short = () => F.localResponseNormBackward(zeros([2, 6, 4]), x, 3);
    expectRefused(short, ShapeError, `${name}: gradOutput should have the input's shape`);
    const wide = () => F.localResponseNormBackward(zeros([2, 6, 5], { dtype: 'float64' }), x, 3);
    expectRefused(wide, DTypeError, `${name}: expected scalar type float32 but found float64`);
  });
});
