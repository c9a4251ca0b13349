import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  FrozenBatchNorm2d,
  LazyBatchNorm2d,
  ones,
  Parameter,
  randn,
  Sequential,
  type StateDict,
  StateDictError,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const keys = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];

function trained(): BatchNorm2d {
  const bn = new BatchNorm2d(2);
  bn.weight?.data.set([2, 3]);
  bn.bias?.data.set([4, 5]);
  bn.forward(randn([4, 2, 3, 3]));
  return bn;
}

function plain(bn: BatchNorm2d): unknown {
  return Object.entries(bn.stateDict()).map(([key, value]) => [
    key,
    value instanceof Tensor ? [...value.data] : value,
  ]);
}

describe('stateDict', () => {
  test('has the keys of PyTorch, in its order, and leaves out what is absent', () => {
    expect(Object.keys(new BatchNorm2d(2).stateDict())).toEqual(keys);
    expect(Object.keys(new BatchNorm2d(2, { affine: false }).stateDict())).toEqual(keys.slice(2));
    const bare = new BatchNorm2d(2, { affine: false, trackRunningStats: false });
    expect(bare.stateDict()).toEqual({});
  });

  test('shares memory with the module, without gradients', () => {
    const bn = trained();
    const { weight, running_mean, num_batches_tracked } = bn.stateDict();
    expect((weight as Tensor).data).toBe(bn.weight?.data);
    expect(weight).not.toBeInstanceOf(Parameter);
    expect((running_mean as Tensor).data).toBe(bn.runningMean?.data);
    expect(num_batches_tracked).toBe(1);
  });
});

test('stateDict refuses memory that was taken away', () => {
  const bn = trained();
  const { data } = bn.runningMean as Tensor;
  structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  const message = 'BatchNorm2d: the memory of running_mean is gone: it should hold 2 elements';
  expectRefused(() => bn.stateDict(), ArgumentError, message);
});

describe('loadStateDict', () => {
  test('copies a state into another module', () => {
    const source = trained();
    const target = new BatchNorm2d(2);
    const result = target.loadStateDict(source.stateDict());
    expect(result).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(plain(target)).toEqual(plain(source));
    expect(target.weight?.data).not.toBe(source.weight?.data);
    const x = randn([2, 2, 3, 3]);
    expect(target.eval().forward(x).data).toEqual(source.eval().forward(x).data);
  });

  test('leaves the module its tensors and gradients', () => {
    const bn = trained();
    const { weight } = bn;
    bn.backward(randn([4, 2, 3, 3]));
    const grad = weight?.grad;
    bn.loadStateDict(new BatchNorm2d(2).stateDict());
    expect(bn.weight).toBe(weight);
    expect(weight?.grad).toBe(grad);
    expect(weight?.data).toEqual(Float32Array.of(1, 1));
  });

  test('converts to the dtype of the module', () => {
    const wide = new BatchNorm2d(2, { dtype: 'float64' });
    wide.runningMean?.data.set([0.1, 1 / 3]);
    const narrow = new BatchNorm2d(2);
    narrow.loadStateDict(wide.stateDict());
    expect(narrow.runningMean?.data).toEqual(Float32Array.of(0.1, 1 / 3));
    wide.loadStateDict(narrow.stateDict());
    expect(wide.runningMean?.data).toEqual(Float64Array.from(Float32Array.of(0.1, 1 / 3)));
  });

  test('takes what stands for a tensor', () => {
    const bn = new BatchNorm2d(2);
    bn.loadStateDict({
      weight: { data: Float32Array.of(1, 2), shape: [2] },
      bias: { data: Float64Array.of(3, 4), dims: [2] },
      running_mean: { data: Float32Array.of(9, 5, 6), shape: [2], stride: [1], offset: 1 },
      running_var: tensor([7, 8]),
      num_batches_tracked: 9,
    });
    expect(plain(bn)).toEqual([
      ['weight', [1, 2]],
      ['bias', [3, 4]],
      ['running_mean', [5, 6]],
      ['running_var', [7, 8]],
      ['num_batches_tracked', 9],
    ]);
  });

  test.each([
    ['number', 7],
    ['bigint', 7n],
    ['tensor', tensor(7)],
    ['tensor of shape [1]', tensor([7])],
    ['int64 tensor', { data: BigInt64Array.of(7n), shape: [] }],
    ['onnxruntime int64 tensor', { data: BigInt64Array.of(7n), dims: [1], type: 'int64' }],
    ['int32 tensor', { data: Int32Array.of(7), shape: [] }],
    ['ndarray', { data: Float32Array.of(1, 7), shape: [1], stride: [1], offset: 1 }],
  ])('takes num_batches_tracked as %s', (_, num_batches_tracked) => {
    const bn = new BatchNorm2d(2);
    bn.loadStateDict({ ...trained().stateDict(), num_batches_tracked });
    expect(bn.numBatchesTracked).toBe(7);
  });

  test('takes a dict without num_batches_tracked, as version 1 wrote it', () => {
    const { num_batches_tracked, ...version1 } = trained().stateDict();
    expect(num_batches_tracked).toBe(1);
    const bn = new BatchNorm2d(2);
    expect(bn.loadStateDict(version1)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(bn.weight?.data).toEqual(Float32Array.of(2, 3));
    expect(bn.numBatchesTracked).toBe(0);
  });

  test('loaded momentum-null statistics go on from the loaded count', () => {
    const bn = new BatchNorm1d(1, { momentum: null });
    bn.loadStateDict({
      ...bn.stateDict(),
      running_mean: tensor([3]),
      num_batches_tracked: 2n,
    });
    bn.forward(tensor([[5], [7]]));
    expect([bn.runningMean?.item(), bn.numBatchesTracked]).toEqual([4, 3]);
  });

  test('lists all that does not fit in one error and changes nothing', () => {
    const bn = trained();
    const before = plain(bn);
    const call = () =>
      bn.loadStateDict({
        weight: ones([3]),
        foo: ones([1]),
        running_var: ones([2, 1]),
        num_batches_tracked: 0,
        'bar.weight': 1,
      });
    expectRefused(
      call,
      StateDictError,
      [
        'Error(s) in loading state_dict for BatchNorm2d:',
        'Missing key(s) in state_dict: "bias", "running_mean".',
        'Unexpected key(s) in state_dict: "foo", "bar.weight".',
        'size mismatch for weight: copying a param with shape [3] from checkpoint, the shape in current model is [2].',
        'size mismatch for running_var: copying a param with shape [2, 1] from checkpoint, the shape in current model is [2].',
      ].join('\n\t'),
    );
    expect(plain(bn)).toEqual(before);
  });

  test('strict: false passes over missing and unexpected keys and says which', () => {
    const bn = trained();
    const dict = { bias: tensor([8, 9]), foo: ones([1]) };
    expect(bn.loadStateDict(dict, { strict: false })).toEqual({
      missingKeys: ['weight', 'running_mean', 'running_var'],
      unexpectedKeys: ['foo'],
    });
    expect(bn.bias?.data).toEqual(Float32Array.of(8, 9));
    expect(bn.weight?.data).toEqual(Float32Array.of(2, 3));
  });

  test('strict: false still refuses other sizes, and changes nothing', () => {
    const bn = trained();
    const before = plain(bn);
    expectRefused(
      () => bn.loadStateDict({ weight: zeros([2]), bias: zeros([3]) }, { strict: false }),
      StateDictError,
      'BatchNorm2d:\n\tsize mismatch for bias: copying a param with shape [3] from checkpoint',
    );
    expect(plain(bn)).toEqual(before);
  });

  test('statistics are unexpected where the module tracks none', () => {
    const bn = new BatchNorm2d(2, { trackRunningStats: false });
    expectRefused(
      () => bn.loadStateDict(trained().stateDict()),
      StateDictError,
      'Unexpected key(s) in state_dict: "running_mean", "running_var", "num_batches_tracked".',
    );
  });

  test.each([
    ['weight', [1, 2], 'weight must be a Tensor'],
    ['weight', null, 'weight must be a Tensor'],
    ['weight', 3, 'weight must be a Tensor'],
    ['weight', { data: new Int8Array(2), shape: [2] }, 'Int8Array'],
    ['weight', { data: new Float32Array(3), shape: [2] }, 'data has 3 elements'],
    ['num_batches_tracked', -1, 'expected a non-negative safe integer or a tensor of one, got -1'],
    ['num_batches_tracked', 0.5, 'got 0.5'],
    ['num_batches_tracked', Number.NaN, 'got NaN'],
    ['num_batches_tracked', 2n ** 60n, 'got 1152921504606846976n'],
    ['num_batches_tracked', '3', "got '3'"],
    ['num_batches_tracked', true, 'got true'],
    ['num_batches_tracked', null, 'got null'],
    ['num_batches_tracked', zeros([2]), 'a Tensor with 2 elements cannot be converted to Scalar'],
    ['num_batches_tracked', { data: BigInt64Array.of(1n, 2n), shape: [2] }, 'BigInt64Array'],
  ])('refuses %s: %p and changes nothing', (key, value, message) => {
    const bn = trained();
    const before = plain(bn);
    const dict = { ...new BatchNorm2d(2).stateDict(), [key]: value as never };
    const call = () => bn.loadStateDict(dict);
    expectRefused(call, StateDictError, `While copying the parameter named "${key}": `);
    expectRefused(call, StateDictError, message);
    expect(plain(bn)).toEqual(before);
  });

  test.each([
    [null, 'got null'],
    [undefined, 'got undefined'],
    ['x', "got 'x'"],
    [[1], 'got Array'],
    [new Map(), 'got a Map (convert it with Object.fromEntries)'],
  ])('refuses %p in place of a dict', (dict, message) => {
    const bn = new BatchNorm2d(2);
    const call = () => bn.loadStateDict(dict as never);
    expectRefused(call, ArgumentError, 'BatchNorm2d: expected state_dict to be an object');
    expectRefused(call, ArgumentError, message);
  });

  test.each([
    [false, 'options should be an object of strict, prefix, got false'],
    [{ strict: 0 }, 'strict should be true or false, got 0'],
    [{ assign: true }, "unknown option 'assign', the options are strict, prefix"],
    [{ prefix: 1 }, 'prefix should be a string, got 1'],
  ])('refuses %p as options', (options, message) => {
    const bn = new BatchNorm2d(2);
    const call = () => bn.loadStateDict(bn.stateDict(), options as never);
    expectRefused(call, ArgumentError, message);
  });

  test('refuses memory that a later entry takes away, and changes nothing', () => {
    const bn = trained();
    const before = plain(bn);
    const weight = ones([2]);
    const dict = {
      ...new BatchNorm2d(2).stateDict(),
      weight,
      running_var: {
        get data() {
          structuredClone(weight.data, { transfer: [weight.data.buffer as ArrayBuffer] });
          return new Float32Array(2);
        },
        shape: [2],
      },
    };
    const message = '\n\tthe memory of weight is gone: it should hold 2';
    expectRefused(() => bn.loadStateDict(dict), StateDictError, message);
    expect(plain(bn)).toEqual(before);
  });

  test('loading its own state changes nothing', () => {
    const bn = trained();
    const before = plain(bn);
    bn.loadStateDict(bn.stateDict());
    expect(plain(bn)).toEqual(before);
  });
});

describe('loadStateDict with a prefix', () => {
  const prefix = 'backbone.bn.';
  const under = (dict: StateDict): StateDict =>
    Object.fromEntries(Object.entries(dict).map(([key, value]) => [prefix + key, value]));

  test('takes what begins so, and passes over the rest', () => {
    const source = trained();
    const dict = { 'stem.weight': ones([4]), ...under(source.stateDict()), weight: ones([7]) };
    const target = new BatchNorm2d(2);
    const nothing = { missingKeys: [], unexpectedKeys: [] };
    expect(target.loadStateDict(dict, { prefix })).toEqual(nothing);
    expect(plain(target)).toEqual(plain(source));
  });

  test('sizes lazy layers, and drops what frozen ones drop', () => {
    const source = trained();
    const lazy = new LazyBatchNorm2d();
    lazy.loadStateDict(under(source.stateDict()), { prefix });
    expect(plain(lazy)).toEqual(plain(source));
    const frozen = new FrozenBatchNorm2d(2);
    frozen.loadStateDict(under(source.stateDict()), { prefix });
    expect(frozen.runningMean.data).toEqual(source.runningMean?.data);
  });

  test('names what does not fit as the dict does, and changes nothing', () => {
    const bn = trained();
    const before = plain(bn);
    const dict = { weight: ones([3]), more: ones([1]), bias: zeros([2]) };
    const call = () => bn.loadStateDict(under(dict), { prefix });
    expectRefused(
      call,
      StateDictError,
      [
        'Error(s) in loading state_dict for BatchNorm2d:',
        'Missing key(s) in state_dict: "backbone.bn.running_mean", "backbone.bn.running_var".',
        'Unexpected key(s) in state_dict: "backbone.bn.more".',
        'size mismatch for backbone.bn.weight: copying a param with shape [3] from checkpoint, the shape in current model is [2].',
      ].join('\n\t'),
    );
    expect(plain(bn)).toEqual(before);
  });

  test('that no key has leaves all missing, and none unexpected', () => {
    const bn = trained();
    const before = plain(bn);
    expect(bn.loadStateDict({ weight: ones([2]) }, { prefix: 'head.', strict: false })).toEqual({
      missingKeys: ['head.weight', 'head.bias', 'head.running_mean', 'head.running_var'],
      unexpectedKeys: [],
    });
    expect(plain(bn)).toEqual(before);
  });

  test('that no key has is said so', () => {
    const bn = new BatchNorm2d(2);
    const call = (dict: StateDict) => () => bn.loadStateDict(dict, { prefix: 'head.' });
    const dict = under(new BatchNorm2d(2).stateDict());
    expectRefused(
      call(dict),
      StateDictError,
      "\n\tNo key begins with the prefix 'head.'; keys are " +
        '"backbone.bn.weight", "backbone.bn.bias", "backbone.bn.running_mean", ...',
    );
    expectRefused(
      call({ weight: ones([2]) }),
      StateDictError,
      '\n\tNo key begins with the prefix \'head.\'; keys are "weight".',
    );
    expectRefused(call({}), StateDictError, "the prefix 'head.'; the dict is empty.");
    expect(new Sequential().loadStateDict(dict, { prefix: 'head.' }).missingKeys).toEqual([]);
    const plainCall = () => bn.loadStateDict({ foo: ones([2]) });
    expect(expectRefused(plainCall, StateDictError, 'Missing')).not.toContain('prefix');
  });

  test('that lacks its dot is refused, strict or not, and changes nothing', () => {
    const bn = trained();
    const before = plain(bn);
    const dict = under(new BatchNorm2d(2).stateDict());
    const message = "\n\tprefix 'backbone.bn' lacks its dot: 'backbone.bn.' has such keys.";
    for (const strict of [true, false]) {
      const call = () => bn.loadStateDict(dict, { prefix: 'backbone.bn', strict });
      expectRefused(call, StateDictError, message);
    }
    expect(plain(bn)).toEqual(before);
  });

  test('need not end with a dot where the keys have none', () => {
    const { weight, bias, running_mean, running_var } = new BatchNorm2d(2).stateDict();
    const dict = {
      bn_weight: weight,
      bn_bias: bias,
      bn_running_mean: running_mean,
      bn_running_var: running_var,
    } as StateDict;
    expect(trained().loadStateDict(dict, { prefix: 'bn_' }).missingKeys).toEqual([]);
  });
});
