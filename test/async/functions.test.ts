import {
  ArgumentError,
  type DType,
  empty,
  functional as F,
  type MemoryFormat,
  randn,
  Tensor,
  type TensorLike,
  zeros,
} from 'batchnorm';
import { bits, toShared } from './bits';

/** Each function beside its asynchronous one, the same arguments given. */
interface Pair {
  sync(...args: unknown[]): unknown;
  async(...args: unknown[]): Promise<unknown>;
}

function pair(name: string): Pair {
  const all = F as unknown as Record<string, (...args: unknown[]) => unknown>;
  return { sync: all[name], async: all[`${name}Async`] } as Pair;
}

/** What a function returns and what it has written, by its bits. */
function allBits(value: unknown): unknown {
  if (value instanceof Tensor) return bits(value);
  if (value instanceof Float64Array) return [...value];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, allBits(each)]));
}

type Make = (lie: (tensor: Tensor) => Tensor) => unknown[];

interface Shaped {
  dtype: DType;
  memoryFormat: MemoryFormat;
  shape: number[];
}

/** The arguments of every function, with and without what can be left out. */
function calls({ dtype, memoryFormat, shape }: Shaped): [string, Make][] {
  const x = randn(shape, { dtype }).to({ memoryFormat });
  const dy = randn(shape, { dtype });
  const c = shape[1] as number;
  const d = shape.at(-1) as number;
  const [weight, bias, mean] = [1, 2, 3].map(() => randn([c], { dtype })) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const variance = new Tensor(
    mean.data.map((value) => value * value),
    [c],
  );
  const ofRow = { weight: randn([d], { dtype }), bias: randn([d], { dtype }), eps: 1e-3 };
  const own = () => ({ runningMean: mean.clone(), runningVar: variance.clone() });
  const out = () => empty(shape, { dtype, memoryFormat });
  const outInOrder = () => empty(shape, { dtype });
  const leaky = { activation: 'leakyRelu', negativeSlope: 0.2 };
  return [
    ['moments', (lie) => [lie(x)]],
    ['batchNorm', (lie) => [lie(x), mean, variance, { weight, bias, out: lie(out()) }]],
    ['batchNorm', (lie) => [lie(x), mean, variance, { residual: lie(dy), ...leaky }]],
    [
      'batchNorm',
      (lie) => {
        const { runningMean, runningVar } = own();
        return [lie(x), runningMean, runningVar, { training: true, weight, momentum: 0.3 }];
      },
    ],
    ['batchNorm', (lie) => [lie(x), null, null, { training: true, residual: lie(x) }]],
    ['layerNorm', (lie) => [lie(x), d, { ...ofRow, out: lie(outInOrder()) }]],
    ['rmsNorm', (lie) => [lie(x), shape.slice(2), {}]],
    ['rmsNorm', (lie) => [lie(x), d, { weight: ofRow.weight, out: lie(out()) }]],
    ['groupNorm', (lie) => [lie(x), 2, { weight, bias, out: lie(out()) }]],
    ['instanceNorm', (lie) => [lie(x), { ...own(), weight, bias }]],
    ['instanceNorm', (lie) => [lie(x), { ...own(), useInputStats: false, out: lie(out()) }]],
    [
      'batchNormBackward',
      (lie) => [lie(dy), lie(x), { weight, mean, invstd: weight, training: true }],
    ],
    ['localResponseNorm', (lie) => [lie(x), 3, { alpha: 1, k: 2 }]],
    ['localResponseNorm', (lie) => [lie(x), 2, { beta: 0.6, out: lie(out()) }]],
    ['localResponseNormBackward', (lie) => [lie(dy), lie(x), 3, { alpha: 1 }]],
    ['localResponseNormBackward', (lie) => [lie(dy), lie(x), 2, { out: lie(out()) }]],
    ['batchNormBackward', (lie) => [lie(dy), lie(x), { mean, invstd: weight, out: lie(out()) }]],
    ['layerNormBackward', (lie) => [lie(dy), lie(x), d, { weight: ofRow.weight }]],
    ['rmsNormBackward', (lie) => [lie(dy), lie(x), d, { out: lie(out()) }]],
    ['rmsNormBackward', (lie) => [lie(dy), lie(x), d, { weight: ofRow.weight }]],
    ['groupNormBackward', (lie) => [lie(dy), lie(x), 2, { weight }]],
    ['instanceNormBackward', (lie) => [lie(dy), lie(x), { weight }]],
    [
      'instanceNormBackward',
      (lie) => [lie(dy), lie(x), { mean, invstd: weight, useInputStats: false }],
    ],
  ];
}

const kinds: Shaped[] = (['float32', 'float64'] as const).flatMap((dtype) =>
  (['contiguous', 'channelsLast'] as const).flatMap((memoryFormat) => [
    { dtype, memoryFormat, shape: [2, 4, 3, 5] },
    { dtype, memoryFormat, shape: [2, 4, 120, 130] },
  ]),
);

test.each(kinds)(
  'the bits of the synchronous functions: $dtype, $memoryFormat, $shape',
  async (kind) => {
    for (const [name, make] of calls(kind)) {
      const { sync, async } = pair(name);
      const given = make((tensor) => tensor.clone());
      const expected = sync(...given);
      for (const lie of [(tensor: Tensor) => tensor.clone(), toShared]) {
        const args = make(lie);
        const result = await async(...args);
        expect({ name, result: allBits(result) }).toEqual({ name, result: allBits(expected) });
        expect({ name, args: allBits(args) }).toEqual({ name, args: allBits(given) });
      }
    }
  },
);

test('an empty input', async () => {
  const x = empty([0, 3, 2, 2]);
  expect(allBits(await F.momentsAsync(x))).toEqual(allBits(F.moments(x)));
  for (const [name, make] of calls({
    dtype: 'float32',
    memoryFormat: 'contiguous',
    shape: [0, 4, 2, 3],
  })) {
    const { sync, async } = pair(name);
    const args = make((tensor) => tensor);
    expect(allBits(await async(...args))).toEqual(allBits(sync(...args)));
  }
});

test('what is refused is refused as ever, by a promise, and under its own name', async () => {
  const x = randn([2, 4, 3, 3]);
  const bad: [string, unknown[]][] = [
    ['batchNorm', [x, null, null]],
    ['batchNorm', [x, randn([3]), randn([4])]],
    ['batchNorm', [x, null, null, { training: true, out: randn([2, 4, 3]) }]],
    ['batchNorm', [x, null, null, { eps: -1 }]],
    ['layerNorm', [x, 7]],
    ['rmsNorm', [x, 3, { bias: x }]],
    ['groupNorm', [x, 3]],
    ['instanceNorm', [randn([2, 4, 1])]],
    ['moments', [randn([3])]],
    ['batchNormBackward', [x, x, { mean: randn([4]), invstd: randn([3]) }]],
    ['layerNormBackward', [x, randn([2, 4, 3]), 3]],
    ['groupNormBackward', [x, x, 2, { mean: randn([4]) }]],
    ['instanceNormBackward', [x, x, { useInputStats: false }]],
    ['rmsNormBackward', [x, x, 3, null]],
    ['localResponseNorm', [x, 0]],
    ['localResponseNorm', [randn([2, 4]), 3]],
    ['localResponseNorm', [x, 3, { out: randn([2, 4, 3]) }]],
    ['localResponseNormBackward', [x, randn([2, 4, 3]), 3]],
    ['localResponseNormBackward', [x, x, 3, { alpha: '1' }]],
  ];
  for (const [name, args] of bad) {
    const { sync, async } = pair(name);
    const thrown = errorOf(() => sync(...args));
    const rejected = await async(...args).then(
      () => new Error('it was taken'),
      (error: Error) => error,
    );
    // `signal` is one more option.
    const message = rejected.message.replaceAll(`${name}Async`, name).replace(', signal', '');
    expect([rejected.constructor, message]).toEqual([thrown.constructor, thrown.message]);
    expect(rejected.message).toMatch(new RegExp(`^${name}Async: `));
  }
});

function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was taken');
}

test('each argument is read once, when the call is made', async () => {
  const x = randn([2, 3, 4]);
  let reads = 0;
  const input = {
    get data() {
      reads++;
      return x.data;
    },
    shape: x.shape,
  } as TensorLike;
  const pending = F.batchNormAsync(input, null, null, { training: true });
  expect(reads).toBe(1);
  await pending;
  expect(reads).toBe(1);
});

test('statistics whose memory is gone, whatever length they claim, and those of no channels', async () => {
  const x = randn([2, 3, 4]);
  const gone = new Float64Array(3);
  structuredClone(gone, { transfer: [gone.buffer] });
  Object.defineProperty(gone, 'length', { value: 3 });
  const invstd = new Float64Array(3).fill(1);
  const options = { mean: gone, invstd, training: true };
  await expect(F.batchNormBackwardAsync(x, x, options)).rejects.toThrow(
    new ArgumentError(
      'batchNormBackwardAsync: the memory of mean is gone: it should hold 3 elements and holds 0, ' +
        'because its buffer was detached (transferred) or resized',
    ),
  );

  const none = new Float64Array(0);
  structuredClone(none, { transfer: [none.buffer] });
  const empty = zeros([2, 0, 4]);
  const { gradWeight } = await F.batchNormBackwardAsync(empty, empty, {
    mean: none,
    invstd: none,
    training: true,
  });
  expect(gradWeight.shape).toEqual([0]);
});
