// A user's CommonJS module, type-checked and run against the installed package.
import batchnorm = require('batchnorm');

const bn = new batchnorm.BatchNorm1d(1, { affine: false });
const y: batchnorm.Tensor = bn.forward(batchnorm.tensor([[1], [3]]));
console.log(JSON.stringify({ y: [...y.data].map(Math.round), ...batchnorm.info() }));
