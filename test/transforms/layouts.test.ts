import { type DType, Tensor, transforms, zeros } from 'batchnorm';
import { type ImageCase, normalizedByDefinition } from '../reference/images';
import { expectSame } from '../reference/same';

const { Normalize } = transforms;
const layouts = ['HWC', 'CHW'] as const;
const pairs = layouts.flatMap((from) => layouts.map((to) => ({ from, to })));

const mean = [0.485, 0.456, 0.406, 0.3, 0.2];
const std = [0.229, 0.224, 0.225, 0.5, 2];

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 3)) % 256);
const floats = (length: number, dtype: DType) =>
  new (dtype === 'float32' ? Float32Array : Float64Array)(length).map((_, i) => Math.sin(i));

const sizesIn = (layout: transforms.ImageLayout, channels: number, [h, w]: [number, number]) =>
  layout === 'HWC' ? [h, w, channels] : [channels, h, w];

describe.each(pairs)('from $from to $to', ({ from, to }) => {
  // Sizes around the vectors and the blocks of the kernel.
  const cases = [1, 2, 3, 4, 5].flatMap((channels) =>
    (
      [
        [1, 1],
        [3, 5],
        [8, 8],
        [1, 67],
        [33, 40],
      ] as [number, number][]
    ).map(([height, width]) => ({
      channels,
      height,
      width,
    })),
  );

  test.each(cases)('$channels channels of $height x $width', ({ channels, height, width }) => {
    const image: ImageCase = {
      n: 1,
      height,
      width,
      channels,
      from,
      to,
      mean: mean.slice(0, channels),
      std: std.slice(0, channels),
    };
    const shape = sizesIn(from, channels, [height, width]);
    const size = channels * height * width;
    for (const dtype of ['float32', 'float64'] as const) {
      const normalize = new Normalize(image.mean, image.std, { dtype });
      for (const data of [bytes(size), floats(size, dtype)]) {
        const y = normalize.forward({ data, shape }, { from, to });
        expect(y.shape).toEqual(sizesIn(to, channels, [height, width]));
        expect([y.dtype, y.memoryFormat]).toEqual([dtype, 'contiguous']);
        expectSame(y.data, normalizedByDefinition(data, image, dtype));
      }
    }
  });

  test('batches, in one call', () => {
    const image = { n: 6, height: 5, width: 7, channels: 3, from, to, mean: [0.5], std: [0.1] };
    const all = { ...image, mean: [0.5, 0.5, 0.5], std: [0.1, 0.1, 0.1] };
    const data = bytes(6 * 5 * 7 * 3);
    for (const leading of [[6], [2, 3], [1, 6, 1]]) {
      const shape = [...leading, ...sizesIn(from, 3, [5, 7])];
      const y = new Normalize(image.mean, image.std).forward({ data, shape }, { from, to });
      expect(y.shape).toEqual([...leading, ...sizesIn(to, 3, [5, 7])]);
      expectSame(y.data, normalizedByDefinition(data, all, 'float32'));
    }
  });

  test.each([
    [4, 3],
    [2, 1],
  ])('alpha is dropped: %i channels to %i', (channels, kept) => {
    const image: ImageCase = {
      n: 2,
      height: 9,
      width: 11,
      channels,
      from,
      to,
      mean: mean.slice(0, kept),
      std: std.slice(0, kept),
    };
    const data = bytes(2 * 9 * 11 * channels);
    const pixels = { data, shape: [2, ...sizesIn(from, channels, [9, 11])] };
    const normalize = new Normalize(image.mean, image.std);
    const y = normalize.forward(pixels, { from, to, dropAlpha: true });
    expect(y.shape).toEqual([2, ...sizesIn(to, kept, [9, 11])]);
    expectSame(y.data, normalizedByDefinition(data, image, 'float32'));
    // One value for all channels says nothing of how many there are.
    const one = new Normalize(0, 1).forward(pixels, { from, to, dropAlpha: true });
    expect(one.shape).toEqual(y.shape);
  });

  test('images without alpha have none to drop', () => {
    for (const channels of [1, 3]) {
      const pixels = { data: bytes(60 * channels), shape: sizesIn(from, channels, [6, 10]) };
      const normalize = new Normalize(mean.slice(0, channels), std.slice(0, channels));
      const y = normalize.forward(pixels, { from, to, dropAlpha: true });
      expectSame(y.data, normalize.forward(pixels, { from, to }).data);
    }
  });

  test('nothing gives nothing', () => {
    const normalize = new Normalize(mean.slice(0, 3), std.slice(0, 3));
    for (const sizes of [
      [0, 5],
      [5, 0],
      [0, 0],
    ] as [number, number][]) {
      const pixels = { data: new Uint8Array(0), shape: sizesIn(from, 3, sizes) };
      const y = normalize.forward(pixels, { from, to });
      expect([y.shape, y.size]).toEqual([sizesIn(to, 3, sizes), 0]);
    }
    const none = { data: new Uint8Array(0), shape: [0, ...sizesIn(from, 3, [4, 4])] };
    expect(normalize.forward(none, { from, to }).shape).toEqual([0, ...sizesIn(to, 3, [4, 4])]);
  });
});

test('a channels-last tensor is read as it lies', () => {
  const x = new Tensor(floats(2 * 3 * 4 * 5, 'float32'), [2, 3, 4, 5]);
  const normalize = new Normalize(mean.slice(0, 3), std.slice(0, 3));
  const channelsLast = x.to({ memoryFormat: 'channelsLast' });
  for (const to of layouts) {
    const expected = normalize.forward(x, { to });
    const y = normalize.forward(channelsLast, { to });
    expect(y.shape).toEqual(expected.shape);
    expectSame(y.data, expected.data);
  }
});

test('a channels-last tensor takes HWC, under the shape that it has', () => {
  const data = bytes(2 * 4 * 5 * 3);
  const normalize = new Normalize(mean.slice(0, 3), std.slice(0, 3));
  const out = zeros([2, 3, 4, 5], { memoryFormat: 'channelsLast' });
  const pixels = { data, shape: [2, 4, 5, 3] };
  expect(normalize.forward(pixels, { from: 'HWC', to: 'HWC', out })).toBe(out);
  const contiguous = normalize.forward(pixels, { from: 'HWC' });
  expect(out.toArray()).toEqual(contiguous.toArray());
});
