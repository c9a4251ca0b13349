// A user's ES module, type-checked and run against the installed package.
import {
  ArgumentError,
  BatchNorm2d,
  functional as F,
  FrozenBatchNorm2d,
  freezeBatchNorm,
  info,
  type Layer,
  Module,
  Sequential,
  type Tensor,
  tensor,
  updateBatchNormStats,
} from 'batchnorm';

const bn = new BatchNorm2d(1, { affine: false });
const y: Tensor = bn.forward(tensor([1, 3, 1, 3], [1, 1, 2, 2]));
const { mean } = F.moments(y);
if (new ArgumentError('').code !== 'ERR_BATCHNORM_ARGUMENT') throw new Error('errors');
console.log(JSON.stringify({ y: [...y.data].map(Math.round), mean: mean[0], ...info() }));

class Net extends Module {
  bn: BatchNorm2d | FrozenBatchNorm2d = new BatchNorm2d(1);
  seen: Tensor = this.registerBuffer('seen', tensor([0]));

  forward(x: Tensor): Tensor {
    return this.bn.forward(x);
  }
  protected override extraRepr(): string {
    return 'mine';
  }
}

const net: Sequential = freezeBatchNorm(new Sequential(new Net(), new FrozenBatchNorm2d(1)));
await updateBatchNormStats(net, [y]);
const first: Layer = net.at(0);
if (first.forward(y).shape.length !== 4) throw new Error('shape');

class Table extends Module {}
// @ts-expect-error a layer has a forward
new Sequential(new Table());
// @ts-expect-error these are no batches of tensors
updateBatchNormStats(net, [3]).catch(() => {});
