import { BatchNorm2d, empty, LayerNorm, Tensor, transforms } from 'batchnorm';
import { pixelNoise } from './pixels.mjs';
import { noise } from './tensors.mjs';

const { mean, std } = transforms.IMAGENET;

/** What is called, and with which shape of output, by the case's `call`. */
const calls = {
  'BatchNorm2d eval': ({ shape }) => layerCall(new BatchNorm2d(shape[1]).eval(), shape),
  'BatchNorm2d training': ({ shape }) => layerCall(new BatchNorm2d(shape[1]), shape),
  LayerNorm: ({ shape }) => layerCall(new LayerNorm(shape.at(-1)), shape),
  'LayerNorm of channels last': ({ shape }) =>
    layerCall(new LayerNorm(shape.at(-1)), shape, 'channelsLast'),
  'Normalize of bytes': ({ shape }) => {
    const [n, height, width, channels] = shape;
    const data = pixelNoise(n * height * width * channels);
    const normalize = new transforms.Normalize(mean, std);
    const shared = new Uint8Array(new SharedArrayBuffer(data.length));
    shared.set(data);
    return {
      subject: normalize,
      options: { from: 'HWC', to: 'CHW' },
      input: { data, shape },
      shared: { data: shared, shape },
      outShape: [n, channels, height, width],
    };
  },
};

function layerCall(subject, shape, memoryFormat = 'contiguous') {
  const input = noise(shape, { memoryFormat });
  const shared = Tensor.shared(shape, { memoryFormat });
  shared.data.set(input.data);
  return { subject, options: {}, input, shared, outShape: shape };
}

/** The ways to make a case's call: the synchronous one, and those off the event loop. */
export function eventLoopWays(one) {
  const { subject, options, input, shared, outShape } = calls[one.call](one);
  const own = { ...options, out: empty(outShape) };
  const inShared = { ...options, out: Tensor.shared(outShape) };
  return {
    sync: async () => subject.forward(input, own),
    unshared: () => subject.forwardAsync(input, options),
    unsharedOut: () => subject.forwardAsync(input, own),
    sharedOut: () => subject.forwardAsync(shared, inShared),
  };
}
