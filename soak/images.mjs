import { RunningMoments, transforms } from 'batchnorm';
import { normalizedByDefinition } from '../build/soak/reference.mjs';
import { expectNear, expectSame } from './expect.mjs';

const [height, width, channels] = [60, 80, 3];

export function images() {
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 97) % 251);
  const pixels = { data, width, height, channels };
  const { mean, std } = transforms.IMAGENET;
  const layout = { n: 1, height, width, channels, from: 'HWC', to: 'CHW', mean, std };
  const expected = normalizedByDefinition(data, layout, 'float32');
  const normalize = new transforms.Normalize(mean, std);

  const perChannel = mean.map((_, c) => Array.from(data.filter((_, i) => i % channels === c)));
  const means = perChannel.map((values) => values.reduce((a, b) => a + b, 0) / values.length);
  return [
    {
      name: 'Normalize',
      run: () => expectSame(normalize.forward(pixels).data, expected),
    },
    {
      name: 'Normalize, asynchronous',
      run: async () => expectSame((await normalize.forwardAsync(pixels)).data, expected),
    },
    {
      name: 'RunningMoments',
      run: () => {
        const [a, b] = [1, 2].map(() => new RunningMoments(channels).update(pixels, { scale: 1 }));
        const both = RunningMoments.fromJSON(JSON.parse(JSON.stringify(a.merge(b))));
        // Bytes have exact sums.
        expectNear(both.mean, means, { ulps: 4 });
        if (both.count !== 2 * height * width) throw new Error('a value was not counted');
      },
    },
  ];
}
