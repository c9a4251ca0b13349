import { BatchNorm2d, functional as F, randn, Tensor, tensor } from 'batchnorm';
import { gradients, moments, normalize, unbiased, update } from '../build/soak/reference.mjs';
import { expectNear, expectSame, expectThrown } from './expect.mjs';

// The second is worked on by several jobs at once when it is asynchronous.
const shapes = [
  [8, 4, 9, 7],
  [4, 8, 96, 96],
];
const eps = 1e-5;

export function batchNorms() {
  return shapes.flatMap((shape) =>
    ['contiguous', 'channelsLast'].flatMap((memoryFormat) => passes(shape, memoryFormat)),
  );
}

function passes(shape, memoryFormat) {
  const [, channels] = shape;
  const [x, dy] = [1, 2].map(() => randn(shape).to({ memoryFormat }));
  const shared = Tensor.shared(shape, { memoryFormat });
  shared.data.set(x.data);
  const sharedOut = Tensor.shared(shape, { memoryFormat });
  const [weight, bias] = [1, 2].map(() => randn([channels]));
  const running = { mean: randn([channels]), var: randn([channels]) };
  for (let c = 0; c < channels; c++) running.var.data[c] = running.var.data[c] ** 2 + 0.5;
  const affine = { weight: weight.data, bias: bias.data };

  const batch = moments(x);
  const trained = {
    y: normalize(x, batch.mean, batch.variance, eps, affine),
    ...gradients(dy, x, batch.mean, batch.variance, eps, true, weight.data),
    // In training the gradient is what is left of the one in evaluation.
    scale: largest(gradients(dy, x, batch.mean, batch.variance, eps, false, weight.data).input),
    mean: update(running.mean.data, batch.mean, 0.1),
    var: update(running.var.data, unbiased(batch), 0.1),
  };
  const evaluated = normalize(x, running.mean.data, running.var.data, eps, affine);

  const make = (training) => {
    const bn = new BatchNorm2d(channels).train(training);
    bn.loadStateDict({
      weight,
      bias,
      running_mean: running.mean,
      running_var: running.var,
      num_batches_tracked: 3,
    });
    return bn;
  };
  const checkTrained = (bn, y) => {
    expectNear(y, trained.y);
    expectNear(bn.runningMean, trained.mean);
    expectNear(bn.runningVar, trained.var);
    if (bn.numBatchesTracked !== 4) throw new Error('the batch was not counted once');
    expectNear(bn.backward(dy), trained.input, { scale: trained.scale });
    expectNear(bn.weight.grad, trained.weight);
    expectNear(bn.bias.grad, trained.bias);
  };
  const checkUnchanged = (bn) => {
    expectSame(bn.runningMean.data, running.mean.data);
    expectSame(bn.runningVar.data, running.var.data);
    if (bn.numBatchesTracked !== 3) throw new Error('an aborted call has counted a batch');
  };
  // In use by several calls at once.
  const serving = make(false);

  const what = `[${shape}], ${memoryFormat}`;
  return Object.entries({
    training: () => {
      const bn = make(true);
      checkTrained(bn, bn.forward(x));
    },
    'training, asynchronous': async () => {
      const bn = make(true);
      checkTrained(bn, await bn.forwardAsync(x));
    },
    'training, asynchronous, shared': async () => {
      const bn = make(true);
      checkTrained(bn, await bn.forwardAsync(shared));
    },
    'two training steps at once': async () => {
      const [bn, other] = [make(true), make(true)];
      const [first] = await Promise.all([bn.forwardAsync(x), bn.forwardAsync(dy)]);
      expectNear(first, trained.y);
      other.forward(x);
      other.forward(dy);
      expectSame(bn.runningMean.data, other.runningMean.data);
      expectSame(bn.runningVar.data, other.runningVar.data);
    },
    'training, aborted': async () => {
      const bn = make(true);
      const controller = new AbortController();
      const reason = new Error('enough');
      const call = bn.forwardAsync(x, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 3 * Math.random());
      try {
        checkTrained(bn, await call);
      } catch (error) {
        expectThrown(error, reason);
        checkUnchanged(bn);
      }
    },
    evaluation: () => expectNear(serving.forward(x), evaluated),
    'evaluation, asynchronous': async () => expectNear(await serving.forwardAsync(x), evaluated),
    'evaluation, asynchronous, shared, into out': async () => {
      // Calls at once write the same.
      expectNear(await serving.forwardAsync(shared, { out: sharedOut }), evaluated);
    },
    'evaluation, in place': () => {
      const y = x.clone();
      expectNear(serving.forward(y, { out: y }), evaluated);
    },
    functional: () => {
      const { mean, variance } = F.moments(x);
      expectNear(mean, batch.mean, { ulps: 64 });
      expectNear(variance, batch.variance, { ulps: 64 });
      expectNear(F.batchNorm(x, null, null, { training: true, weight, bias }), trained.y);
    },
    'functional, asynchronous': async () => {
      const { mean, variance } = await F.momentsAsync(x);
      const invstd = variance.map((v) => 1 / Math.sqrt(v + eps));
      const options = { weight, mean, invstd, training: true };
      const { gradInput } = await F.batchNormBackwardAsync(dy, x, options);
      expectNear(gradInput, trained.input, { scale: trained.scale });
    },
    refused: () => {
      const bn = make(true);
      try {
        bn.forward(tensor([[1, 2]]));
      } catch {
        checkUnchanged(bn);
        return;
      }
      throw new Error('it was not refused');
    },
  }).map(([name, run]) => ({
    name: `BatchNorm2d ${what}: ${name}`,
    run,
    weight: shape === shapes[0] ? 4 : 1,
  }));
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
