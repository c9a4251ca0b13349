import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  Module,
  ones,
  Parameter,
  StateDictError,
  type Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const batchNormKeys = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];

class Head extends Module {
  norm = new BatchNorm1d(2);
  scale = new Parameter(ones([2]));
}

class Net extends Module {
  bn = new BatchNorm2d(3);
  head = new Head();
  shift = new Parameter(zeros([1]));
  seen = this.registerBuffer('seen', zeros([4]));
  notState = ones([5]);
  label = 'net';
  absent: Module | null = null;
}

function named(prefix: string, keys: readonly string[]): string[] {
  return keys.map((key) => `${prefix}.${key}`);
}

function names(entries: readonly [string, unknown][]): string[] {
  return entries.map(([name]) => name);
}

describe('a module of modules', () => {
  test('names what is in its fields as PyTorch does', () => {
    const net = new Net();
    expect(Object.keys(net.stateDict())).toEqual([
      'shift',
      'seen',
      ...named('bn', batchNormKeys),
      'head.scale',
      ...named('head.norm', batchNormKeys),
    ]);
    expect(names(net.namedParameters())).toEqual([
      'shift',
      'bn.weight',
      'bn.bias',
      'head.scale',
      'head.norm.weight',
      'head.norm.bias',
    ]);
    expect(net.parameters()[1]).toBe(net.bn.weight);
    expect(names(net.namedBuffers())).toEqual([
      'seen',
      'bn.running_mean',
      'bn.running_var',
      'head.norm.running_mean',
      'head.norm.running_var',
    ]);
    expect(net.buffers()[0]).toBe(net.seen);
    expect(names(net.namedModules())).toEqual(['', 'bn', 'head', 'head.norm']);
    expect(net.modules()).toEqual([net, net.bn, net.head, net.head.norm]);
    expect(net.namedChildren()).toEqual([
      ['bn', net.bn],
      ['head', net.head],
    ]);
    expect(net.children()).toEqual([net.bn, net.head]);
  });

  test('sets the mode of all', () => {
    const net = new Net();
    expect(net.eval()).toBe(net);
    expect(net.modules().map(({ training }) => training)).toEqual([false, false, false, false]);
    expect(net.train()).toBe(net);
    expect(net.modules().map(({ training }) => training)).toEqual([true, true, true, true]);
  });

  test('calls the train of a module that has its own', () => {
    class Evaluating extends Module {
      bn = new BatchNorm1d(2);
      override train(mode?: boolean): this {
        super.train(mode);
        this.bn.eval();
        return this;
      }
    }
    class Outer extends Module {
      inner = new Evaluating();
      other = new BatchNorm1d(2);
    }
    const outer = new Outer().train();
    expect([outer.inner.training, outer.inner.bn.training, outer.other.training]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

test('names that the state dict could not tell apart are refused', () => {
  const net = new Net();
  Object.assign(net, { 'a.b': new BatchNorm1d(1) });
  expectRefused(() => net.stateDict(), ArgumentError, `Net: a name in the state can't be empty`);
});

test('loading is all or nothing over the whole tree', () => {
  const net = new Net();
  const dict = { ...new Net().stateDict() };
  (dict.seen as Tensor).data.fill(7);
  (dict['bn.weight'] as Tensor).data.fill(7);
  dict['head.norm.bias'] = zeros([3]);
  delete dict['head.scale'];
  const untouched = [...net.parameters(), ...net.buffers()];
  const said = expectRefused(() => net.loadStateDict(dict), StateDictError, '', untouched);
  expect(said).toContain('Error(s) in loading state_dict for Net:');
  expect(said).toContain('Missing key(s) in state_dict: "head.scale".');
  expect(said).toContain('size mismatch for head.norm.bias: copying a param with shape [3]');
});
