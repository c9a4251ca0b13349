import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  DTypeError,
  Identity,
  LayerNorm,
  ones,
  randn,
  Sequential,
  ShapeError,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const channelsLast = { memoryFormat: 'channelsLast' } as const;

test('passes on its input and its gradient, whatever it was made with', () => {
  for (const layer of [new Identity(), new Identity(54, { eps: 1 }), new Identity().eval()]) {
    for (const x of [randn([]), randn([2, 0]), randn([2, 3, 4, 5], channelsLast)]) {
      expect(layer.forward(x)).toBe(x);
      expect(layer.backward(x)).toBe(x);
    }
  }
});

test('copies into out, in its memory format', () => {
  const layer = new Identity();
  const x = randn([2, 3, 4, 5]);
  for (const pass of ['forward', 'backward'] as const) {
    const out = zeros([2, 3, 4, 5], channelsLast);
    expect(layer[pass](x, { out })).toBe(out);
    expect(out.to({ memoryFormat: 'contiguous' })).toEqual(x);
    expect(layer[pass](x, { out: x })).toBe(x);
    expectRefused(
      () => layer[pass](x, { out: zeros([2, 3, 5, 4]) }),
      ShapeError,
      "Identity: out should have the result's shape [2, 3, 4, 5], got [2, 3, 5, 4]",
    );
    const wide = zeros([2, 3, 4, 5], { dtype: 'float64' });
    expectRefused(() => layer[pass](x, { out: wide }), DTypeError, 'Identity: out should have');
    expectRefused(() => layer[pass](null as never), ArgumentError, 'Identity: ');
    expectRefused(
      () => layer[pass](x, { inplace: true } as never),
      ArgumentError,
      "unknown option 'inplace'",
    );
  }
});

test('has no state, and prints as in PyTorch', () => {
  expect(new Identity().stateDict()).toEqual({});
  expect(new Identity().loadStateDict({})).toEqual({ missingKeys: [], unexpectedKeys: [] });
  expect(String(new Identity())).toBe('Identity()');
});

describe('in a Sequential', () => {
  test("gives the layers behind it PyTorch's indices", () => {
    const theirs = {
      '0.weight': ones([3]),
      '0.bias': ones([3]),
      '0.running_mean': zeros([3]),
      '0.running_var': ones([3]),
      '0.num_batches_tracked': 7,
      '2.weight': ones([5, 3]), // of a Linear
      '3.weight': randn([3]),
      '3.bias': randn([3]),
    };
    const norm = new LayerNorm(3);
    const net = new Sequential(new BatchNorm1d(3), new Identity(), new Identity(), norm);
    expect(net.loadStateDict(theirs, { strict: false })).toEqual({
      missingKeys: [],
      unexpectedKeys: ['2.weight'],
    });
    expect(norm.weight?.data).toEqual(theirs['3.weight'].data);
    expect(norm.bias?.data).toEqual(theirs['3.bias'].data);
  });

  test('changes no bit of what the others do, in place either', () => {
    const plain = () => new Sequential(new BatchNorm2d(3), new BatchNorm2d(3));
    const padded = () => {
      const [first, second] = plain();
      const layers = [first, second].flatMap((layer) => [new Identity(), layer as BatchNorm2d]);
      return new Sequential(...layers, new Identity());
    };
    const x = randn([4, 3, 2, 2]);
    const gradOutput = randn([4, 3, 2, 2]);
    const [a, b, c] = [plain(), padded(), padded()];
    const y = a.forward(x);
    expect(b.forward(x)).toEqual(y);
    const own = x.clone();
    expect(c.forward(own, { out: own })).toBe(own);
    expect(own).toEqual(y);
    const dx = a.backward(gradOutput);
    expect(b.backward(gradOutput)).toEqual(dx);
    expect(c.backward(gradOutput, { out: zeros([4, 3, 2, 2]) })).toEqual(dx);
    const gradients = (net: Sequential) => net.parameters().map(({ grad }) => grad);
    for (const net of [b, c]) expect(gradients(net)).toEqual(gradients(a));
  });
});
