// A user's ES module, type-checked and run against the installed package.
import { ArgumentError, BatchNorm2d, functional as F, info, type Tensor, tensor } from 'batchnorm';

const bn = new BatchNorm2d(1, { affine: false });
const y: Tensor = bn.forward(tensor([1, 3, 1, 3], [1, 1, 2, 2]));
const { mean } = F.moments(y);
if (new ArgumentError('').code !== 'ERR_BATCHNORM_ARGUMENT') throw new Error('errors');
console.log(JSON.stringify({ y: [...y.data].map(Math.round), mean: mean[0], ...info() }));
