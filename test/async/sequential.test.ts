import {
  BatchNorm2d,
  type DTypeOf,
  GroupNorm,
  Identity,
  InstanceNorm2d,
  LayerNorm,
  Module,
  randn,
  Sequential,
  ShapeError,
  type Tensor,
  type TensorLike,
} from 'batchnorm';
import { bits, stateBits } from './bits';

/** A layer that knows nothing of asynchronous calls. */
class Plain extends Module {
  bn = new BatchNorm2d(4);
  norm = new InstanceNorm2d(4, { trackRunningStats: true });
  layer = new LayerNorm(5);

  forward(x: Tensor): Tensor {
    return this.layer.forward(this.norm.forward(this.bn.forward(x)));
  }

  backward(dy: Tensor): Tensor {
    return this.bn.backward(this.norm.backward(this.layer.backward(dy)));
  }
}

/** One with a pass of its own off the event loop. */
class Awaiting extends Plain {
  async forwardAsync(x: Tensor): Promise<Tensor> {
    const y = await this.bn.forwardAsync(x);
    await new Promise((resolve) => setImmediate(resolve));
    return this.layer.forwardAsync(await this.norm.forwardAsync(y));
  }
}

/** One of ours with another `forward`. */
class Doubled extends BatchNorm2d {
  override forward<Input extends TensorLike>(x: Input): Tensor<DTypeOf<Input>> {
    return super.forward(super.forward(x));
  }
}

/** Hands its input on, and keeps it. */
class Probe extends Module {
  seen: Tensor[] = [];

  forward(x: Tensor): Tensor {
    this.seen.push(x);
    return x;
  }
}

class Failing extends Module {
  forward(): Tensor {
    throw new ShapeError('Failing: does not fit');
  }
}

const x = randn([3, 4, 6, 5]);

const nets: Record<string, () => Sequential> = {
  'the same layer twice': () => {
    const bn = new BatchNorm2d(4, { momentum: null });
    return new Sequential(bn, new GroupNorm(2, 4), bn);
  },
  'nets in nets': () =>
    new Sequential(new Sequential(new BatchNorm2d(4), new Sequential(new BatchNorm2d(4)))),
  'a layer that is synchronous': () => new Sequential(new BatchNorm2d(4), new Plain()),
  'a layer of its own': () => new Sequential(new Awaiting(), new BatchNorm2d(4), new Awaiting()),
  'another forward': () => new Sequential(new BatchNorm2d(4), new Doubled(4)),
};

describe.each(Object.keys(nets))('%s', (name) => {
  const make = nets[name] as () => Sequential;

  test.each([true, false])('as forward, training %s', async (training) => {
    const [sync, async] = [make().train(training), make().train(training)];
    for (let i = 0; i < 3; i++) {
      expect(bits(await async.forwardAsync(x))).toEqual(bits(sync.forward(x)));
    }
    expect(stateBits(async)).toEqual(stateBits(sync));
  });

  test('nothing of a call stays whose last layer throws', async () => {
    const net = make().append(new Failing());
    const before = stateBits(net);
    const call = net.forwardAsync(x);
    await expect(call).rejects.toThrow(ShapeError);
    await expect(call).rejects.toThrow('(Failing): does not fit');
    expect(stateBits(net)).toEqual(before);
    for (const module of net.modules()) {
      if (module instanceof BatchNorm2d) {
        expect(() => module.backward(x)).toThrow('there is no forward pass');
      }
    }
  });

  test('nor of one that is aborted at any moment, and the next call is whole', async () => {
    const [net, sync] = [make(), make()];
    const reason = new Error('enough');
    let aborted = 0;
    for (let moment = 0, done = 0; done === 0; moment++) {
      const before = stateBits(net);
      const controller = new AbortController();
      const call = net.forwardAsync(x, { signal: controller.signal }).then(
        () => true,
        (error) => {
          expect(error).toBe(reason);
          return false;
        },
      );
      for (let i = 0; i < moment; i++) await new Promise((resolve) => setImmediate(resolve));
      controller.abort(reason);
      if (await call) done++;
      else {
        aborted++;
        expect(stateBits(net)).toEqual(before);
      }
    }
    expect(aborted).toBeGreaterThan(1);
    sync.forward(x);
    expect(stateBits(net)).toEqual(stateBits(sync));
  });
});

test('what a layer of a user has seen stays as it was', async () => {
  const probes = [new Probe(), new Probe()] as const;
  const make = (one: Module, other: Module) =>
    new Sequential(
      new BatchNorm2d(4),
      one as Probe,
      new BatchNorm2d(4),
      new Identity(),
      new GroupNorm(2, 4),
      other as Probe,
      new LayerNorm(5),
    ).eval();
  const y = await make(...probes).forwardAsync(x);
  const [one, other] = [new Probe(), new Probe()];
  expect(bits(y)).toEqual(bits(make(one, other).forward(x)));
  expect(probes[0].seen.map(bits)).toEqual(one.seen.map(bits));
  expect(probes[1].seen.map(bits)).toEqual(other.seen.map(bits));
});

test('gradients, where every layer keeps its input', async () => {
  const make = () =>
    new Sequential(new BatchNorm2d(4), new Identity(), new GroupNorm(2, 4), new LayerNorm(5));
  const [sync, async] = [make(), make()];
  const input = x.clone();
  const y = await async.forwardAsync(input, { out: input });
  expect(y).toBe(input);
  expect(bits(y)).toEqual(bits(sync.forward(x)));
  expect(bits(async.backward(x))).toEqual(bits(sync.backward(x)));
  expect(stateBits(async)).toEqual(stateBits(sync));
});

test('a call of a layer waits for the net that was called before, and the other way round', async () => {
  const make = () => new Sequential(new BatchNorm2d(4), new BatchNorm2d(4));
  const [sync, async] = [make(), make()];
  const [large, small] = [randn([64, 4, 30, 30]), randn([2, 4, 2, 2])];
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  const layer = (net: Sequential) => net.at(1) as BatchNorm2d;
  await Promise.all([
    async.forwardAsync(large).then(note('net')),
    layer(async).forwardAsync(small).then(note('layer')),
    async.forwardAsync(small).then(note('net again')),
  ]);
  expect(order).toEqual(['net', 'layer', 'net again']);
  sync.forward(large);
  layer(sync).forward(small);
  sync.forward(small);
  expect(stateBits(async)).toEqual(stateBits(sync));
});

test('layers and modes are those of the call', async () => {
  const [net, sync] = [1, 2].map(() => new Sequential(new BatchNorm2d(4), new BatchNorm2d(4)));
  const call = net?.forwardAsync(x);
  net?.eval();
  if (net !== undefined) net[1] = new Failing() as never;
  expect(bits((await call) as Tensor)).toEqual(bits(sync?.forward(x) as Tensor));
});

test('nets in evaluation mode run side by side', async () => {
  const net = new Sequential(new BatchNorm2d(4), new BatchNorm2d(4)).eval();
  const order: string[] = [];
  await Promise.all([
    net.forwardAsync(randn([64, 4, 60, 60])).then(() => order.push('large')),
    net.forwardAsync(randn([1, 4, 2, 2])).then(() => order.push('small')),
  ]);
  expect(order).toEqual(['small', 'large']);
});

test('a layer without forward is refused before any has run', async () => {
  const net = new Sequential(new BatchNorm2d(4), new (class Empty extends Module {})() as never);
  await expect(net.forwardAsync(x)).rejects.toThrow('Sequential: 1 (Empty) has no forward');
  expect((net.at(0) as BatchNorm2d).numBatchesTracked).toBe(0);
});
