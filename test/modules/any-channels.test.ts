import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  functional as F,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type Module,
  manualSeed,
  randn,
  Sequential,
  ShapeError,
  Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

interface Layer extends Module {
  forward(input: Tensor, options?: { grad: boolean }): Tensor;
  forwardAsync(input: Tensor): Promise<Tensor>;
  backward(gradOutput: Tensor): Tensor;
}

interface Kind {
  readonly name: string;
  /** Of an input of 6 channels. */
  readonly shape: number[];
  make(channels: number): Layer;
  direct(input: Tensor): Tensor;
}

const bare = { affine: false, trackRunningStats: false };
const byBatch = (x: Tensor) => F.batchNorm(x, null, null, { training: true });
const kinds: Kind[] = [
  { name: 'BatchNorm1d', shape: [4, 6], make: (c) => new BatchNorm1d(c, bare), direct: byBatch },
  {
    name: 'BatchNorm2d',
    shape: [2, 6, 3, 4],
    make: (c) => new BatchNorm2d(c, bare),
    direct: byBatch,
  },
  {
    name: 'BatchNorm3d',
    shape: [2, 6, 3, 4, 2],
    make: (c) => new BatchNorm3d(c, bare),
    direct: byBatch,
  },
  {
    name: 'InstanceNorm1d',
    shape: [3, 6, 5],
    make: (c) => new InstanceNorm1d(c),
    direct: (x) => F.instanceNorm(x),
  },
  {
    name: 'InstanceNorm2d',
    shape: [3, 6, 5, 2],
    make: (c) => new InstanceNorm2d(c),
    direct: (x) => F.instanceNorm(x),
  },
  {
    name: 'InstanceNorm3d',
    shape: [3, 6, 5, 2, 2],
    make: (c) => new InstanceNorm3d(c),
    direct: (x) => F.instanceNorm(x),
  },
  {
    name: 'GroupNorm',
    shape: [3, 6, 5],
    make: (c) => new GroupNorm(2, c, { affine: false }),
    direct: (x) => F.groupNorm(x, 2),
  },
];

const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
manualSeed(1);

test('another number of channels is said once in a process, and what to do', () => {
  new InstanceNorm2d(6).forward(randn([2, 6, 4, 4]));
  expect(emitWarning).not.toHaveBeenCalled();
  new InstanceNorm2d(6).forward(randn([2, 4, 4, 6]));
  expect(emitWarning).toHaveBeenCalledTimes(1);
  const [message, options] = emitWarning.mock.calls[0] as [string, object | undefined];
  expect(message).toContain("InstanceNorm2d: input's size at dim=1 does not match num_features");
  expect(message).toContain('made for 6 channels, and the input of shape [2, 4, 4, 6] has 4');
  expect(message).toContain('Is it (N, H, W, C)?');
  expect(options).toEqual({ type: 'ShapeWarning', code: 'BATCHNORM_NUM_FEATURES' });
  new InstanceNorm2d(6).forward(randn([2, 4, 4, 6]));
  new GroupNorm(2, 6, { affine: false }).forward(randn([2, 4, 4]));
  expect(emitWarning).toHaveBeenCalledTimes(1);
});

test.each<[string, number[], string]>([
  ['BatchNorm2d', [2, 5, 6, 3], 'at dim=1 does not match num_features'],
  ['InstanceNorm2d', [2, 5, 6, 3], 'at dim=1 does not match num_features'],
  ['InstanceNorm2d', [5, 6, 3], 'at dim=0 does not match num_features'],
  ['GroupNorm', [2, 5, 6, 3], 'at dim=1 does not match num_channels'],
])('%s of %j asks for the order of the sizes', (name, shape, phrase) => {
  emitWarning.mockClear();
  // Each copy of the library is one that has not warned.
  jest.isolateModules(() => {
    const library: typeof import('batchnorm') = require('batchnorm');
    const layers = {
      BatchNorm2d: () => new library.BatchNorm2d(3, bare),
      InstanceNorm2d: () => new library.InstanceNorm2d(3),
      GroupNorm: () => new library.GroupNorm(1, 3, { affine: false }),
    };
    layers[name as keyof typeof layers]().forward(library.zeros(shape));
  });
  const [message] = emitWarning.mock.calls[0] as [string];
  expect(message).toContain(`${name}: input's size ${phrase}`);
  expect(message).toContain(shape.length === 3 ? 'Is it (H, W, C)?' : 'Is it (N, H, W, C)?');
});

describe.each(kinds.map((kind) => [kind.name, kind] as const))(
  '%s',
  (_, { shape, make, direct }) => {
    test.each([true, false])(
      'takes any channels without values of its own, training: %s',
      async (mode) => {
        const layer = make(4).train(mode) as Layer;
        const fit = make(6).train(mode) as Layer;
        const x = randn(shape);
        const dy = randn(shape);
        // More than it was made for, fewer, and more again.
        for (const channels of [6, 2, 6]) {
          const few = randn([...shape.slice(0, 1), channels, ...shape.slice(2)]);
          expect([...layer.forward(few).data]).toEqual([...direct(few).data]);
        }
        const y = layer.forward(x, { grad: true });
        expect([...y.data]).toEqual([...direct(x).data]);
        fit.forward(x, { grad: true });
        expect([...layer.backward(dy).data]).toEqual([...fit.backward(dy).data]);
        expect([...(await layer.forwardAsync(x)).data]).toEqual([...y.data]);
        const net = new Sequential(layer).train(mode);
        expect([...(await net.forwardAsync(x)).data]).toEqual([...y.data]);
        const own = make(4).train(mode) as Layer;
        expect(String(layer)).toBe(String(own));
      },
    );

    test('refuses what no number of channels mends', () => {
      const layer = make(4);
      const phrase =
        layer instanceof GroupNorm ? 'divisible by num_groups' : 'input (got 6D input)';
      const wrong = layer instanceof GroupNorm ? [3, 5, 4] : [1, 2, 3, 4, 5, 6];
      expectRefused(() => layer.forward(randn(wrong)), ShapeError, phrase);
    });
  },
);

test('a single sample has its channels first', () => {
  const x = randn([6, 5, 4]);
  const batch = F.instanceNorm(new Tensor(x.data, [1, 6, 5, 4]));
  const y = new InstanceNorm2d(4).forward(x);
  expect(y.shape).toEqual([6, 5, 4]);
  expect([...y.data]).toEqual([...batch.data]);
});

test.each([{ affine: true }, { trackRunningStats: true }])(
  'a layer with values per channel refuses others: %p',
  (own) => {
    const options = { ...bare, ...own };
    const x = randn([3, 6, 5]);
    for (const layer of [new BatchNorm1d(4, options), new InstanceNorm1d(4, options)]) {
      for (const mode of [true, false]) {
        expectRefused(() => layer.train(mode).forward(x), ShapeError, 'numFeatures is 4');
      }
    }
  },
);
