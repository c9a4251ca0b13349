import {
  BatchNorm2d,
  type DType,
  empty,
  FrozenBatchNorm2d,
  getNumThreads,
  type MemoryFormat,
  randn,
  setNumThreads,
  type Tensor,
} from 'batchnorm';
import fc from 'fast-check';
import { bits, stateBits, toShared } from './bits';
import { nets } from './nets';

const threads = getNumThreads();
afterEach(() => setNumThreads(threads));

interface Case {
  net: string;
  dtype: DType;
  memoryFormat: MemoryFormat;
  shape: [number, number, number, number];
  training: boolean;
  grad: boolean | undefined;
  /** Which of input, residual and out lie in shared memory. */
  shared: [boolean, boolean, boolean];
  /** What of the call's own memory the output goes to. */
  out: 'none' | 'other' | 'input' | 'residual';
  residual: 'none' | 'other' | 'input' | 'other format';
  threads: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  net: fc.constantFrom(...Object.keys(nets)),
  dtype: fc.constantFrom<DType>('float32', 'float64'),
  memoryFormat: fc.constantFrom<MemoryFormat>('contiguous', 'channelsLast'),
  shape: fc.tuple(
    fc.integer({ min: 2, max: 5 }),
    fc.constant(4),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 2, max: 40 }),
  ),
  training: fc.boolean(),
  grad: fc.constantFrom(undefined, true, false),
  shared: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  out: fc.constantFrom('none', 'other', 'input', 'residual'),
  residual: fc.constantFrom('none', 'other', 'input', 'other format'),
  threads: fc.integer({ min: 1, max: 3 }),
});

/** LayerNorm gives contiguous outputs, so that a channels-last `out` is none for it. */
const isContiguous = (net: string) => /LayerNorm|^Sequential/.test(net);
const takesResidual = (net: string) => /^(Frozen|Lazy)?BatchNorm/.test(net);

/** The arguments of one call, in memory of its own. */
function argumentsOf(one: Case, x: Tensor, r: Tensor) {
  const lie = (tensor: Tensor, isShared: boolean) => (isShared ? toShared(tensor) : tensor.clone());
  const input = lie(x, one.shared[0]);
  const other = one.memoryFormat === 'contiguous' ? 'channelsLast' : 'contiguous';
  const residuals = {
    none: null,
    other: lie(r, one.shared[1]),
    input,
    'other format': lie(r.to({ memoryFormat: other }), one.shared[1]),
  };
  const residual = takesResidual(one.net) ? residuals[one.residual] : null;
  const lies = one.memoryFormat === 'contiguous' || !isContiguous(one.net);
  const memoryFormat = lies ? one.memoryFormat : 'contiguous';
  const outs = {
    none: null,
    other: lie(empty(one.shape, { dtype: one.dtype, memoryFormat }), one.shared[2]),
    input: lies ? input : null,
    residual: one.residual === 'other' ? residual : null,
  };
  const given = residual === null ? {} : { residual };
  return { input, options: { ...given, out: outs[one.out], grad: one.grad } };
}

// Drawing takes longer than the calls do, and nothing is written to these.
const drawn = new Map<string, Tensor[]>();

function draw({ dtype, memoryFormat, shape }: Case): Tensor[] {
  const key = JSON.stringify([dtype, memoryFormat, shape]);
  const found = drawn.get(key) ?? [1, 2, 3].map(() => randn(shape, { dtype }).to({ memoryFormat }));
  drawn.set(key, found);
  return found;
}

async function check(one: Case): Promise<void> {
  setNumThreads(one.threads);
  const { dtype, shape } = one;
  const [x, r, dy] = draw(one);
  const [sync, async] = [1, 2].map(() => {
    const net = nets[one.net]?.(dtype, shape[3]).train(one.training);
    if (net === undefined || x === undefined || r === undefined) throw new Error(one.net);
    return { net, ...argumentsOf(one, x, r) };
  });
  if (sync === undefined || async === undefined || dy === undefined) throw new Error('no case');
  const expected = sync.net.forward(sync.input, sync.options);
  const y = await async.net.forwardAsync(async.input, async.options);
  expect(bits(y)).toEqual(bits(expected));
  if (async.options.out !== null) expect(y).toBe(async.options.out);
  expect(bits(async.input)).toEqual(bits(sync.input));
  if (one.grad ?? one.training) {
    const [a, b] = [sync, async].map(({ net }) => Object.values({ dx: net.backward(dy) }));
    expect(JSON.stringify(b, replacer)).toBe(JSON.stringify(a, replacer));
  } else if (!/Identity|empty|FrozenBatch/.test(one.net)) {
    expect(() => async.net.backward(dy)).toThrow('there is no forward pass');
  }
  expect(stateBits(async.net)).toEqual(stateBits(sync.net));
}

/** Tensors by their bits. */
function replacer(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'memoryFormat' in value
    ? bits(value as Tensor)
    : value;
}

test('every module, option and kind of memory: the bits, gradients and state of forward', async () => {
  await fc.assert(fc.asyncProperty(cases, check), { numRuns: 200 });
});

const usual: Case = {
  net: 'BatchNorm2d',
  dtype: 'float32',
  memoryFormat: 'contiguous',
  shape: [2, 4, 300, 301],
  training: true,
  grad: undefined,
  shared: [false, false, false],
  out: 'none',
  residual: 'other',
  threads: 2,
};

test.each(
  Object.keys(nets).flatMap((net) => [
    { ...usual, net },
    { ...usual, net, memoryFormat: 'channelsLast', out: 'other' } as const,
    { ...usual, net, training: false, out: 'input', shared: [true, true, true] } as Case,
  ]),
)('several slices and threads: $net, $memoryFormat, out $out', (one) => check(one as Case));

test.each(['none', 'other', 'input'] as const)('no elements, out %s', async (out) => {
  for (const training of [true, false]) {
    await check({ ...usual, shape: [0, 4, 2, 3], out, training });
    await check({ ...usual, net: 'FrozenBatchNorm2d', shape: [2, 4, 0, 3], out, training });
  }
});

test('a single element', async () => {
  const shape: Case['shape'] = [1, 4, 1, 1];
  await check({ ...usual, shape, training: false, grad: true });
  await check({ ...usual, net: 'FrozenBatchNorm2d', shape, out: 'residual' });
});

test('a user sees neither a copy as input nor another tensor as output', async () => {
  const x = randn([2, 4, 3, 3]);
  const before = bits(x);
  const bn = new BatchNorm2d(4);
  const y = await bn.forwardAsync(x);
  expect(bits(x)).toEqual(before);
  expect(y.data.buffer).not.toBe(x.data.buffer);
  const frozen = new FrozenBatchNorm2d(4);
  expect(await frozen.forwardAsync(x, { out: x })).toBe(x);
});
