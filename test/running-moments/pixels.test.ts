import {
  ArgumentError,
  DTypeError,
  RunningMoments,
  type RunningMomentsUpdateOptions,
  ShapeError,
  type transforms,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { exactMoments } from '../reference/exact-moments';

// 6 pixels of 3 channels, as a decoder gives them.
const [height, width] = [1, 6];
const red = [0, 10, 20, 30, 40, 255];
const green = [7, 7, 7, 7, 7, 7];
const blue = [1, 2, 3, 4, 5, 6];
const hwc = Uint8Array.from(red.flatMap((r, i) => [r, green[i] as number, blue[i] as number]));
const chw = Uint8Array.from([...red, ...green, ...blue]);
const withAlpha = Uint8Array.from(
  red.flatMap((r, i) => [r, green[i] as number, blue[i] as number, 99]),
);

const update = (chunk: transforms.Pixels, options?: RunningMomentsUpdateOptions) =>
  new RunningMoments(3).update(chunk, { scale: 1, ...options });

const expected = [red, green, blue].map(exactMoments);

function expectColours(moments: RunningMoments, scale = 1): void {
  expect(moments.count).toBe(6);
  for (const [c, { mean, variance }] of expected.entries()) {
    expect(moments.mean[c]).toBeCloseTo(mean * scale, 12);
    expect(moments.variance[c]).toBeCloseTo(variance * scale ** 2, 9);
  }
  expect([...moments.min]).toEqual([0, 7 * scale, 1 * scale]);
  expect([...moments.max]).toEqual([255 * scale, 7 * scale, 6 * scale]);
}

test.each<[string, transforms.Pixels, RunningMomentsUpdateOptions]>([
  ['what sharp gives', { data: Buffer.from(hwc), info: { width, height, channels: 3 } }, {}],
  [
    'what a canvas gives',
    { data: Uint8ClampedArray.from(withAlpha), width, height },
    { dropAlpha: true },
  ],
  ['(H, W, C)', { data: hwc, shape: [height, width, 3] }, { from: 'HWC' }],
  ['(N, H, W, C)', { data: hwc, shape: [height, 1, width, 3] }, { from: 'HWC' }],
  ['(C, H, W)', { data: chw, shape: [3, height, width] }, { from: 'CHW' }],
  ['(N, C, H, W)', { data: chw, shape: [1, 3, height, width] }, {}],
  ['(N, C) rows', { data: hwc, shape: [6, 3] }, {}],
  [
    'channels-last bytes',
    { data: hwc, shape: [1, 3, height, width], memoryFormat: 'channelsLast' },
    {},
  ],
  [
    'floats, (H, W, C)',
    { data: Float32Array.from(hwc), shape: [height, width, 3] },
    { from: 'HWC' },
  ],
  [
    'doubles, (C, H, W)',
    { data: Float64Array.from(chw), shape: [3, height, width] },
    { from: 'CHW' },
  ],
  ['alpha is dropped', { data: withAlpha, width, height }, { dropAlpha: true }],
  ['there is no alpha to drop', { data: hwc, width, height }, { dropAlpha: true }],
])('%s', (_, pixels, options) => {
  expectColours(update(pixels, options));
  expectColours(update(pixels, { ...options, scale: 1 / 255 }), 1 / 255);
});

test('grey with alpha has one channel', () => {
  const pixels = { data: Uint8Array.of(10, 255, 30, 255), width: 2, height: 1 };
  const moments = new RunningMoments(1).update(pixels, { dropAlpha: true, scale: 1 });
  expect([...moments.mean, ...moments.std]).toEqual([20, 10]);
});

test('every byte has the moments of its value, whatever it is scaled by', () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  const { mean, variance } = new RunningMoments(1).update({ data, shape: [256, 1] }, { scale: 1 });
  expect([mean[0], variance[0]]).toEqual([127.5, (256 ** 2 - 1) / 12]);
  const scaled = new RunningMoments(1).update({ data, shape: [256, 1] }, { scale: 0.5 });
  expect([scaled.mean[0], scaled.variance[0]]).toEqual([127.5 / 2, (256 ** 2 - 1) / 48]);
});

test('bytes and floats of the same values have the same moments, to within rounding', () => {
  const data = Uint8Array.from({ length: 30_000 }, (_, i) => (i * i) % 256);
  const bytes = new RunningMoments(3).update({ data, shape: [10_000, 3] }, { scale: 1 });
  const floats = new RunningMoments(3).update({
    data: Float32Array.from(data),
    shape: [10_000, 3],
  });
  for (const c of [0, 1, 2]) {
    expect(bytes.mean[c]).toBeCloseTo(floats.mean[c] as number, 10);
    expect(bytes.variance[c]).toBeCloseTo(floats.variance[c] as number, 8);
  }
});

describe('what makes no sense is refused, and changes nothing', () => {
  const moments = update({ data: hwc, width, height });
  const before = JSON.stringify(moments);
  afterEach(() => expect(JSON.stringify(moments)).toBe(before));
  const refusal = (chunk: unknown, options?: unknown) => () =>
    moments.update(chunk as transforms.Pixels, options as RunningMomentsUpdateOptions);
  const image = { data: hwc, shape: [height, width, 3] };

  test.each<[string, unknown, unknown, string]>([
    [
      'an image without its layout',
      image,
      {},
      "3 channels, got 6 in [1, 6, 3]: is it from: 'HWC'?",
    ],
    ['another layout', image, { from: 'CHW' }, "got 1 in [1, 6, 3]: is it from: 'HWC'?"],
    [
      'the other one',
      { data: chw, shape: [3, height, width] },
      {},
      "got 1 in [3, 1, 6]: is it from: 'CHW'?",
    ],
    ['alpha', { data: withAlpha, width, height }, {}, ': dropAlpha: true leaves out the last of 4'],
    ['too few elements', { data: hwc, shape: [3, 3, 3] }, { from: 'HWC' }, 'needs 27'],
    ['two axes as an image', { data: hwc, shape: [6, 3] }, { from: 'HWC' }, '(..., H, W, C)'],
    ['no whole pixels', { data: hwc, width: 4, height: 3 }, {}, 'no whole number of channels'],
  ])('%s', (_, chunk, options, message) => {
    expectRefused(refusal(chunk, options), ShapeError, message);
  });

  test.each<[string, unknown, unknown, string]>([
    ['bytes alone', hwc, {}, 'chunk must be a Tensor, { data, shape }'],
    ['an unknown layout', image, { from: 'WHC' }, "RunningMoments: from should be 'HWC' or 'CHW'"],
    ['an unknown option', image, { form: 'HWC' }, "unknown option 'form'"],
    ['no options', image, null, 'options should be an object'],
    ['alpha that is no Boolean', image, { dropAlpha: 1 }, 'dropAlpha should be true or false'],
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1', null].map(
      (scale): [string, unknown, unknown, string] => [
        `a scale of ${scale}`,
        image,
        { from: 'HWC', scale },
        'RunningMoments: scale should be a finite number above 0',
      ],
    ),
  ])('%s', (_, chunk, options, message) => {
    expectRefused(refusal(chunk, options), ArgumentError, message);
  });

  test('other integers', () => {
    const data = new Int16Array(18);
    const message = 'RunningMoments: chunk: data must be a Uint8Array';
    expectRefused(refusal({ data, width, height }), DTypeError, message);
  });

  test('pixels whose memory is gone', () => {
    const data = hwc.slice();
    const gone = { data, width, height, channels: 3 };
    structuredClone(data, { transfer: [data.buffer] });
    expectRefused(refusal(gone), ShapeError, 'data has 0 elements, but [1, 6, 3] (HWC) needs 18');
  });

  test('pixels whose memory the options take away', () => {
    const data = hwc.slice();
    const options = {
      from: 'HWC',
      get scale() {
        structuredClone(data, { transfer: [data.buffer] });
        return 1;
      },
    };
    expectRefused(refusal({ data, shape: [height, width, 3] }, options), ShapeError, 'needs 18');
  });

  test('pixels that are other ones each time they are looked at', () => {
    let asked = 0;
    const chunk = {
      get data() {
        asked++;
        return asked === 1 ? hwc : new Uint8Array(1);
      },
      shape: [height, width, 3],
    };
    expectColours(update(chunk, { from: 'HWC' }));
    expect(asked).toBe(1);
  });
});
