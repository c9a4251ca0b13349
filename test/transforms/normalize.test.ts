import { inspect } from 'node:util';
import { Tensor, tensor, transforms, zeros } from 'batchnorm';
import { expectSame } from '../reference/same';

const { Normalize, IMAGENET, CLIP, MNIST, CIFAR10 } = transforms;

const normalize = new Normalize(IMAGENET.mean, IMAGENET.std);
const width = 4;
const height = 2;
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 11) % 256);
const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
  i % 4 === 3 ? 255 : (rgb[Math.floor(i / 4) * 3 + (i % 4)] as number),
);
const planes = Uint8Array.from(rgb, (_, i) => rgb[(i % 8) * 3 + Math.floor(i / 8)] as number);

/** What each way to give the image should come to. */
const expected = normalize.forward({ data: rgb, shape: [height, width, 3] }, { from: 'HWC' });

describe('pixels are taken', () => {
  const ways: [string, transforms.Pixels, transforms.NormalizeForwardOptions?][] = [
    ['as sharp decodes them', { data: Buffer.from(rgb), info: { width, height, channels: 3 } }],
    [
      'with alpha, as sharp decodes them',
      { data: Buffer.from(rgba), info: { width, height, channels: 4 } },
      { dropAlpha: true },
    ],
    ['as ImageData', { data: Uint8ClampedArray.from(rgba), width, height }, { dropAlpha: true }],
    ['with a width and a height', { data: rgb, width, height, channels: 3 }],
    ['as planes of a size', { data: planes, width, height, channels: 3 }, { from: 'CHW' }],
    ['as [C, H, W]', { data: planes, shape: [3, height, width] }],
    ['as a tensor of onnxruntime', { data: planes, dims: [3, height, width] }],
    [
      'as an ndarray',
      {
        data: Float32Array.from(rgb, (value) => value / 255),
        shape: [1, 3, height, width],
        stride: [24, 1, 12, 3],
        offset: 0,
      },
    ],
    [
      'as a Tensor of floats in [0, 1]',
      new Tensor(
        Float32Array.from(planes, (value) => value / 255),
        [3, height, width],
      ),
    ],
  ];

  // A row without options would get jest's own third argument.
  const rows = ways.map(([way, pixels, options = {}]) => [way, pixels, options] as const);
  test.each(rows)('%s', (_, pixels, options) => {
    const y = normalize.forward(pixels, options);
    expect(y).toBeInstanceOf(Tensor);
    expect(y.dtype).toBe('float32');
    expect(y.shape.slice(-3)).toEqual([3, height, width]);
    expectSame(y.data, expected.data);
  });

  test('from getters of a class', () => {
    class ImageData {
      get data() {
        return rgba;
      }
      get width() {
        return width;
      }
      get height() {
        return height;
      }
    }
    expectSame(normalize.forward(new ImageData(), { dropAlpha: true }).data, expected.data);
  });

  test('over memory that threads share, and at any offset', () => {
    for (const offset of [0, 1, 3, 13]) {
      const data = new Uint8Array(new SharedArrayBuffer(100), offset, rgb.length);
      data.set(rgb);
      expectSame(normalize.forward({ data, width, height }).data, expected.data);
    }
  });
});

describe('out', () => {
  const pixels = { data: rgb, width, height };

  test('is returned where it is a tensor', () => {
    for (const shape of [
      [3, height, width],
      [1, 3, height, width],
    ]) {
      const out = zeros(shape);
      expect(normalize.forward(pixels, { out })).toBe(out);
      expectSame(out.data, expected.data);
    }
  });

  test('may be a part of a batch', () => {
    const batch = zeros([3, 3, height, width]);
    const size = 3 * height * width;
    for (const i of [2, 0, 1]) {
      const out = batch.data.subarray(i * size, (i + 1) * size);
      const y = normalize.forward(pixels, { out });
      expect(y.data).toBe(out);
      expect(y.shape).toEqual([3, height, width]);
    }
    for (const i of [0, 1, 2]) {
      expectSame(batch.data.subarray(i * size, (i + 1) * size), expected.data);
    }
  });

  test('leaves what is around it', () => {
    const around = new Float32Array(40).fill(7);
    normalize.forward(pixels, { out: around.subarray(5, 29) });
    expect([...around.subarray(0, 5), ...around.subarray(29)]).toEqual(Array(16).fill(7));
  });

  test('may be a tensor of onnxruntime', () => {
    const data = new Float32Array(24);
    const y = normalize.forward(pixels, { out: { data, dims: [1, 3, height, width] } });
    expect(y.data).toBe(data);
    expectSame(data, expected.data);
  });

  test('may be the pixels where the layout stays', () => {
    const x = Float32Array.from(rgb, (value) => value / 255);
    for (const [layout, shape] of [
      ['HWC', [height, width, 3]],
      ['CHW', [3, height, width]],
    ] as const) {
      const y = normalize.forward({ data: x, shape }, { from: layout, to: layout });
      const same = x.slice();
      normalize.forward({ data: same, shape }, { from: layout, to: layout, out: same });
      expectSame(same, y.data);
    }
    const grey = new Normalize(0.5, 0.25);
    const same = x.slice();
    grey.forward({ data: same, shape: [1, 4, 6] }, { to: 'HWC', out: same });
    expectSame(same, grey.forward({ data: x, shape: [1, 4, 6] }, { to: 'HWC' }).data);
  });

  test('null and undefined ask for a new tensor', () => {
    expectSame(normalize.forward(pixels, { out: null }).data, expected.data);
    expectSame(normalize.forward(pixels, { out: undefined }).data, expected.data);
  });
});

describe('the dtype', () => {
  const planar = { data: planes, shape: [3, height, width] };
  const x = (dtype: 'float32' | 'float64') => tensor([[[0.1, 0.7]]], [1, 1, 2], { dtype });

  test('is float32 of bytes, and that of float pixels', () => {
    expect(normalize.forward(planar).dtype).toBe('float32');
    const grey = new Normalize(0.5, 0.25);
    expect(grey.forward(x('float32')).dtype).toBe('float32');
    expect(grey.forward(x('float64')).dtype).toBe('float64');
  });

  test('may be chosen, for floats as well', () => {
    const grey = new Normalize(0.5, 0.3, { dtype: 'float64' });
    expect(new Normalize(0, 1, { dtype: 'float64' }).forward(planar).dtype).toBe('float64');
    expectSame(
      grey.forward(x('float32')).data,
      Float64Array.from([0.1, 0.7], (value) => (Math.fround(value) - 0.5) / 0.3),
    );
    const narrow = new Normalize(0.5, 0.3, { dtype: 'float32' });
    expectSame(narrow.forward(x('float64')).data, narrow.forward(x('float32')).data);
  });
});

describe('the scale', () => {
  const pixels = { data: Uint8Array.of(0, 1, 51, 128, 254, 255), width: 6, height: 1 };

  test('is 1 / 255 by default', () => {
    const y = new Normalize(0, 1).forward(pixels);
    expectSame(
      y.data,
      Float32Array.from(pixels.data, (value) => value / 255),
    );
  });

  test('may be another, which serves models that take -1 to 1', () => {
    const y = new Normalize(1, 1, { scale: 1 / 127.5 }).forward(pixels);
    expectSame(
      y.data,
      Float32Array.from(pixels.data, (value) => Math.fround(value / 127.5) - 1),
    );
  });

  test('never touches floats', () => {
    const data = Float32Array.of(0, 1, 51);
    for (const scale of [null, 1 / 255, 3]) {
      const y = new Normalize(1, 2, { scale }).forward({ data, shape: [1, 1, 3] });
      expectSame(y.data, Float32Array.of(-0.5, 0, 25));
    }
  });
});

describe('inverse', () => {
  test('gives pixels in [0, 1] back', () => {
    const data = Uint8ClampedArray.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
    for (const { mean, std } of [IMAGENET, CLIP, CIFAR10]) {
      const forth = new Normalize(mean, std);
      const y = forth.forward({ data, width: 64, height: 4 });
      const back = forth.inverse().forward(y, { to: 'HWC' });
      expect(back.shape).toEqual([4, 64, 3]);
      let worst = 0;
      back.data.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - (data[i] as number) / 255));
      });
      // About two ulps of numbers just below 1: the worst measured is 1.22e-7.
      expect(worst).toBeLessThanOrEqual(1.25e-7);
      expect(Uint8ClampedArray.from(back.data, (value) => value * 255)).toEqual(data);
    }
  });

  test('is the Normalize that people write by hand, of the same dtype', () => {
    const inverse = new Normalize([0.5, 0], [0.25, 2], { dtype: 'float64' }).inverse();
    expect(inverse).toBeInstanceOf(Normalize);
    expect(inverse.mean).toEqual([-2, 0]);
    expect(inverse.std).toEqual([4, 0.5]);
    expect([inverse.dtype, inverse.scale]).toEqual(['float64', null]);
  });
});

describe('what it was made with', () => {
  test('can be read, and does not change', () => {
    const mean = [0.5, 0.25];
    const made = new Normalize(mean, Float64Array.of(2), { dtype: 'float64', scale: 2 });
    mean[0] = 7;
    expect(made.mean).toEqual([0.5, 0.25]);
    expect(made.std).toEqual([2, 2]);
    expect([made.dtype, made.scale]).toEqual(['float64', 2]);
    expect(() => {
      (made.mean as number[])[0] = 1;
    }).toThrow(TypeError);
    const plain = new Normalize(0, 1);
    expect([plain.dtype, plain.scale]).toEqual([undefined, 1 / 255]);
  });

  test('is printed as torchvision prints it', () => {
    const text = 'Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])';
    expect(String(normalize)).toBe(text);
    expect(inspect(normalize)).toBe(text);
    expect(String(new Normalize(0, [1, 1e-5]))).toBe(
      'Normalize(mean=[0.0, 0.0], std=[1.0, 1e-05])',
    );
  });
});

test('the constants are those that were published', () => {
  expect({ IMAGENET, CLIP, MNIST, CIFAR10 }).toEqual({
    IMAGENET: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    CLIP: {
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    },
    MNIST: { mean: [0.1307], std: [0.3081] },
    CIFAR10: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
  });
  for (const constants of [IMAGENET, CLIP, MNIST, CIFAR10]) {
    expect(Object.isFrozen(constants)).toBe(true);
    expect(Object.isFrozen(constants.mean) && Object.isFrozen(constants.std)).toBe(true);
  }
});
