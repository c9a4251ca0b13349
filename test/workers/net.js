// A net of a user's own, as its threads all define it.
const { BatchNorm1d, LayerNorm, Module, ones, Parameter, Sequential } = require('../..');

module.exports = class Net extends Module {
  body = new Sequential(new BatchNorm1d(3, { activation: 'relu' }), new LayerNorm(3));
  scale = new Parameter(ones([3]));
  seen = this.registerBuffer('seen', ones([1]), { persistent: false });

  forward(x) {
    const y = this.body.forward(x);
    for (let i = 0; i < y.size; i++) y.data[i] *= this.scale.data[i % 3];
    return y;
  }
};
