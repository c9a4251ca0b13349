import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  FrozenBatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  LazyInstanceNorm2d,
  Module,
  ones,
  RMSNorm,
  Sequential,
  type StateDict,
  StateDictError,
  Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const renamed = (dict: StateDict, rename: (key: string) => string): StateDict =>
  Object.fromEntries(Object.entries(dict).map(([key, value]) => [rename(key), value]));

/** A state that no new layer has. */
function trained(): StateDict {
  const dict = new BatchNorm2d(3).stateDict();
  for (const value of Object.values(dict)) if (value instanceof Tensor) value.data.fill(0.5);
  return { ...dict, num_batches_tracked: 9 };
}

let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((warning, options) => {
    expect(options).toEqual({ type: 'StateDictWarning', code: 'BATCHNORM_STATE_DICT' });
    warnings.push(String(warning));
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** The module takes the dict neither strictly nor in silence: each says this, and nothing changes. */
function says(module: Module, dict: StateDict, hint: string, options = {}): void {
  const before = JSON.stringify(plain(module));
  expectRefused(() => module.loadStateDict(dict, options), StateDictError, `\n\t${hint}`);
  expect(warnings).toEqual([]);
  module.loadStateDict(dict, { ...options, strict: false });
  expect(warnings).toEqual([
    `${module.constructor.name}: loadStateDict with strict: false left out what the dict has: ${hint}`,
  ]);
  expect(JSON.stringify(plain(module))).toBe(before);
}

function plain(module: Module): unknown {
  return Object.entries(module.stateDict()).map(([key, value]) => [
    key,
    value instanceof Tensor ? [...value.data] : value,
  ]);
}

describe('keys under a prefix', () => {
  test.each([
    ['module.', 'nn.DataParallel'],
    ['_orig_mod.', 'torch.compile'],
    ['_orig_mod.module.', 'nn.DataParallel and torch.compile'],
    ['_fsdp_wrapped_module.', 'FullyShardedDataParallel'],
  ])('%s of a wrapper are said to be so', (prefix, wrapper) => {
    const dict = renamed(trained(), (key) => prefix + key);
    const hint = `Keys begin with "${prefix}" after ${wrapper}: pass { prefix: '${prefix}' }.`;
    says(new BatchNorm2d(3), dict, hint);
    const bn = new BatchNorm2d(3);
    bn.loadStateDict(dict, { prefix });
    expect(bn.numBatchesTracked).toBe(9);
  });

  test('of a wrapper around the whole model go before that of the module', () => {
    const dict = renamed(trained(), (key) => `module.backbone.${key}`);
    const hint = `Keys begin with "module." after nn.DataParallel: pass { prefix: 'module.backbone.' }.`;
    says(new BatchNorm2d(3), dict, hint, { prefix: 'backbone.' });
  });

  test('of wrappers inside are taken out, where other layers fit', () => {
    const net = new Sequential(new BatchNorm2d(3), new BatchNorm2d(3));
    const dict = renamed(net.stateDict(), (key) => key.replace('1.', '1._orig_mod.'));
    const hint =
      'Keys have "_orig_mod." in them after torch.compile: pass Object.fromEntries(' +
      "Object.entries(dict).map(([key, value]) => [key.replaceAll('_orig_mod.', ''), value])).";
    expectRefused(() => net.loadStateDict(dict), StateDictError, hint);
    const taken = Object.fromEntries(
      Object.entries(dict).map(([key, value]) => [key.replaceAll('_orig_mod.', ''), value]),
    );
    expect(net.loadStateDict(taken).missingKeys).toEqual([]);
    net.loadStateDict(dict, { strict: false });
    expect(warnings).toEqual([expect.stringContaining(hint)]);
  });

  test('of any module are found, one or several', () => {
    const under = (...prefixes: string[]): StateDict =>
      Object.assign(
        { 'stem.weight': ones([3]) },
        ...prefixes.map((prefix) => renamed(trained(), (key) => prefix + key)),
      );
    const one = `Its keys are there behind "backbone.bn1.": pass { prefix: 'backbone.bn1.' }.`;
    says(new BatchNorm2d(3), under('backbone.bn1.'), one);
    warnings = [];
    const two = 'Such keys are there behind "a.0.", "b.": pass one of these as prefix.';
    says(new BatchNorm2d(3), under('a.0.', 'b.'), two);
    warnings = [];
    const many = 'Such keys are there behind "a.", "b.", "c.", ...: pass one of these as prefix.';
    says(new BatchNorm2d(3), under('a.', 'b.', 'c.', 'd.'), many);
    warnings = [];
    const none = 'Its keys are there without a prefix: leave it out.';
    says(new BatchNorm2d(3), trained(), none, { prefix: 'head.' });
  });

  test('that are none say nothing of a prefix', () => {
    const bn = new BatchNorm2d(3);
    const call = () => bn.loadStateDict({ 'a.weight': ones([3]), 'a.module': ones([3]) });
    expect(expectRefused(call, StateDictError, 'Missing key(s)')).not.toContain('prefix');
    bn.loadStateDict({ weight: ones([3]) }, { strict: false });
    bn.loadStateDict({ 'a.weight': ones([3]) }, { strict: false });
    expect(warnings).toEqual([]);
  });
});

describe("Keras's names", () => {
  const names =
    'gamma is weight, beta is bias, moving_mean is running_mean, moving_variance is running_var';
  const options =
    'the options of its layer: its eps is 0.001 unless told, and its momentum m is 1 - m here.';
  const values = () => ones([3]);

  test('are told, with what to pass', () => {
    const dict = {
      gamma: values(),
      beta: values(),
      moving_mean: values(),
      moving_variance: values(),
    };
    const pass =
      '"weight": dict["gamma"], "bias": dict["beta"], "running_mean": dict["moving_mean"], ' +
      '"running_var": dict["moving_variance"]';
    says(
      new BatchNorm2d(3),
      dict,
      `These are Keras's names: ${names}. Pass { ${pass} }, and ${options}`,
    );
    const bn = new BatchNorm2d(3, { eps: 0.001 });
    bn.loadStateDict({
      weight: dict.gamma,
      bias: dict.beta,
      running_mean: dict.moving_mean,
      running_var: dict.moving_variance,
    });
    expect(bn.runningMean?.data).toEqual(Float32Array.of(1, 1, 1));
  });

  test('of a layer in a model are the first one', () => {
    const dict: StateDict = {};
    for (const layer of ['conv1_bn', 'conv2_bn']) {
      for (const name of ['gamma', 'beta']) dict[`model/${layer}/${name}:0`] = values();
    }
    const call = () => new LayerNorm(3).loadStateDict(dict);
    const pass =
      '"weight": dict["model/conv1_bn/gamma:0"], "bias": dict["model/conv1_bn/beta:0"], ...';
    expectRefused(call, StateDictError, `Pass { ${pass} }, and`);
  });

  test('of a net are those of its own paths', () => {
    const net = new Sequential(new LayerNorm(3), new LayerNorm(3));
    const dict = { ...net.stateDict(), '1.gamma': values(), '1.beta': values() } as StateDict;
    const { '1.weight': _, '1.bias': __, ...old } = dict;
    const hint = '{ "1.weight": dict["1.gamma"], "1.bias": dict["1.beta"] }';
    expectRefused(() => net.loadStateDict(old), StateDictError, hint);
  });
});

describe('what a layer was made without', () => {
  const statistics = '"running_mean", "running_var", "num_batches_tracked"';

  test('InstanceNorm and BatchNorm without statistics say the option for them', () => {
    const plainNorm = new InstanceNorm2d(3, { affine: true });
    const hint = `InstanceNorm2d was made without ${statistics}: make it with trackRunningStats: true to load them.`;
    expectRefused(() => plainNorm.loadStateDict(trained()), StateDictError, `\n\t${hint}`);
    const bn = new BatchNorm2d(3, { trackRunningStats: false, affine: false });
    expectRefused(
      () => bn.loadStateDict(trained()),
      StateDictError,
      '\n\tBatchNorm2d was made without "weight", "bias": make it with affine: true to load them.' +
        `\n\tBatchNorm2d was made without ${statistics}: make it with trackRunningStats: true`,
    );
    const made = new InstanceNorm2d(3, { affine: true, trackRunningStats: true });
    expect(made.loadStateDict(trained()).unexpectedKeys).toEqual([]);
  });

  test('in a net under a prefix, by its path', () => {
    class Net extends Module {
      head = new Sequential(new LazyInstanceNorm2d({ trackRunningStats: false }));
    }
    const dict = renamed(trained(), (key) => `g.head.0.${key}`);
    const call = () => new Net().loadStateDict(dict, { prefix: 'g.' });
    expectRefused(
      call,
      StateDictError,
      '\n\thead.0 (LazyInstanceNorm2d) was made without "g.head.0.running_mean", ' +
        '"g.head.0.running_var", "g.head.0.num_batches_tracked": make it with trackRunningStats: true',
    );
  });

  test('with strict: false, statistics that are left out are named in a warning', () => {
    for (const norm of [
      new InstanceNorm2d(3, { affine: true }),
      new BatchNorm2d(3, { trackRunningStats: false }),
      new BatchNorm2d(3, { trackRunningStats: false, affine: false }),
    ]) {
      warnings = [];
      const { unexpectedKeys } = norm.loadStateDict(trained(), { strict: false });
      expect(unexpectedKeys).toEqual(expect.arrayContaining(['running_mean', 'running_var']));
      const { name } = norm.constructor;
      expect(warnings).toEqual([
        `${name}: loadStateDict with strict: false left out what the dict has: ${name} was made ` +
          `without ${statistics}: make it with trackRunningStats: true to load them.`,
      ]);
    }
  });

  test('weights that are left out on purpose are no warning', () => {
    new BatchNorm2d(3, { affine: false }).loadStateDict(trained(), { strict: false });
    new FrozenBatchNorm2d(3).loadStateDict(trained(), { strict: false });
    new BatchNorm1d(3).loadStateDict({ ...trained(), more: ones([1]) }, { strict: false });
    expect(warnings).toEqual([]);
  });

  test.each<[Module, string, string]>([
    [
      new GroupNorm(1, 3, { affine: false }),
      'GroupNorm',
      '"weight", "bias": make it with affine: true',
    ],
    [
      new LayerNorm(3, { elementwiseAffine: false }),
      'LayerNorm',
      '"weight", "bias": make it with elementwiseAffine: true',
    ],
    [new LayerNorm(3, { bias: false }), 'LayerNorm', '"bias": make it with bias: true'],
    [
      new RMSNorm(3, { elementwiseAffine: false }),
      'RMSNorm',
      '"weight": make it with elementwiseAffine',
    ],
  ])('%s says the option for weight and bias', (module, name, rest) => {
    const call = () => module.loadStateDict({ weight: ones([3]), bias: zeros([3]) });
    expectRefused(call, StateDictError, `${name} was made without ${rest}`);
  });
});

describe('a layer made with more than the dict has', () => {
  test.each<[Module, Module, string]>([
    [new BatchNorm2d(3), new BatchNorm2d(3, { bias: false }), 'no "bias"|bias: false'],
    [new GroupNorm(1, 3), new GroupNorm(1, 3, { bias: false }), 'no "bias"|bias: false'],
    [
      new InstanceNorm2d(3, { affine: true, trackRunningStats: true }),
      new InstanceNorm2d(3, { affine: true }),
      'no "running_mean", "running_var"|trackRunningStats: false',
    ],
  ])('%s says with which option it takes it', (layer, without, expected) => {
    const [lacks, option] = expected.split('|');
    const hint = `The dict has a "weight" but ${lacks} beside it: a layer made with ${option} takes that.`;
    const load = () => layer.loadStateDict(without.stateDict());
    expectRefused(load, StateDictError, `\n\t${hint}`);
    layer.loadStateDict(without.stateDict(), { strict: false });
    expect(warnings).toEqual([]);
    const inside = new Sequential(layer as never);
    const dict = new Sequential(without as never).stateDict();
    expectRefused(() => inside.loadStateDict(dict), StateDictError, `${option} takes that.`);
  });

  test('says nothing where the weight is missing too', () => {
    expect(() => new LayerNorm(3).loadStateDict({})).toThrow(
      /Missing key\(s\) in state_dict: "weight", "bias"\.$/,
    );
  });
});

test.each<[unknown, string]>([
  [Promise.resolve({}), 'got a Promise: await it'],
  [new LayerNorm(3), 'got a module: pass its stateDict()'],
  [ones([3]), 'got a Tensor'],
  ['model.safetensors', "got 'model.safetensors': loadSafetensors reads a file"],
])('what is no state dict is called by its name, case %#', (dict, message) => {
  const load = () => new LayerNorm(3).loadStateDict(dict as never, { strict: false });
  expectRefused(
    load,
    ArgumentError,
    `expected state_dict to be an object of tensors by key, ${message}`,
  );
});
