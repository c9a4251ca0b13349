// Run with --expose-gc: prints how much memory 10,000 calls of each kind leave behind, in bytes.
const {
  BatchNorm1d,
  BatchNorm2d,
  functional: F,
  InstanceNorm2d,
  LayerNorm,
  randn,
  zeros,
} = require('../..');

const count = 10_000;
const x = randn([32, 64]);
const wide = randn([2, 8, 16, 16]).to({ memoryFormat: 'channelsLast' });
const wideOut = wide.clone();
const out = zeros([32, 64]);
const statistics = [zeros([64]), zeros([64])];
const bn = new BatchNorm1d(64);
const bn2d = new BatchNorm2d(8);
const evaluated = new BatchNorm1d(64).eval();
const fused = new BatchNorm1d(64, { activation: 'relu' });
const layer = new LayerNorm(64);
const instances = new InstanceNorm2d(8, { affine: true, trackRunningStats: true });
const inPlace = randn([32, 64]);
const dict = bn.stateDict();

/** Each makes what should be garbage afterwards. */
const kinds = {
  'training forward': () => bn.forward(x),
  'training forward, channels last': () => bn2d.forward(wide),
  'evaluating forward': () => evaluated.forward(x),
  'forward into out': () => evaluated.forward(x, { out }),
  'forward of a new input, and backward': () => {
    bn.backward(bn.forward(x.clone()));
    bn.zeroGrad();
  },
  'fused training in place': () => {
    fused.forward(inPlace, { residual: x, out: inPlace });
    fused.backward(out, { out, outResidual: inPlace });
    fused.zeroGrad();
  },
  'LayerNorm forward and backward, in place': () => {
    layer.forward(inPlace, { out: inPlace });
    layer.backward(x);
    layer.zeroGrad();
  },
  'InstanceNorm forward and backward, into out': () => {
    instances.forward(wide, { out: wideOut });
    instances.backward(wide, { out: wideOut });
    instances.zeroGrad();
  },
  'functional, statistics computed': () => F.layerNormBackward(x, x, 64),
  functional: () => F.batchNorm(x, ...statistics, { training: true }),
  moments: () => F.moments(x),
  'refused forward': () => {
    try {
      bn.forward(wide);
    } catch {
      return;
    }
    throw new Error('it was not refused');
  },
  'new module and its state': () => new BatchNorm1d(64).loadStateDict(dict),
};

function bytes() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { heapUsed, external, arrayBuffers, rss };
}

const growth = {};
for (const [name, call] of Object.entries(kinds)) {
  for (let i = 0; i < count / 5; i++) call();
  const before = bytes();
  for (let i = 0; i < count; i++) call();
  const after = bytes();
  growth[name] = Object.fromEntries(
    Object.entries(after).map(([kind, size]) => [kind, size - before[kind]]),
  );
}
console.log(JSON.stringify(growth));
