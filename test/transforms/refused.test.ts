import {
  ArgumentError,
  DTypeError,
  ShapeError,
  Tensor,
  tensor,
  transforms,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { takeAway, thiefOf } from '../take-away';

const { Normalize, IMAGENET } = transforms;

type Arguments = ConstructorParameters<typeof Normalize>;

/** An array that says so, and answers everywhere. */
function lengthy(length: number): number[] {
  return new Proxy([1], { get: (_, key) => (key === 'length' ? length : 1) });
}

describe('Normalize is not made', () => {
  test.each<[string, unknown[], typeof ArgumentError | typeof DTypeError, string]>([
    [
      'with a std of 0',
      [
        [0.5, 0.5],
        [0.5, 0],
      ],
      ArgumentError,
      'Normalize: std evaluated to zero after conversion to float32, leading to division by zero: ' +
        'std[1] is 0',
    ],
    [
      'with a std that float32 rounds to 0',
      [0.5, 1e-46],
      ArgumentError,
      'std evaluated to zero after conversion to float32, leading to division by zero',
    ],
    [
      'with a std of -0 in float64',
      [0.5, -0, { dtype: 'float64' }],
      ArgumentError,
      'std evaluated to zero after conversion to float64, leading to division by zero',
    ],
    [
      'with different numbers of mean and std',
      [
        [1, 2],
        [1, 2, 3],
      ],
      ArgumentError,
      'Normalize: mean and std should have a value for each channel, or one for all, got 2 and 3',
    ],
    ['without values', [[], []], ArgumentError, 'Normalize: mean has no values'],
    ['without std', [[1]], ArgumentError, 'Normalize: std should be an array of numbers'],
    ['with text', ['0.5', 1], ArgumentError, 'Normalize: mean should be an array of numbers'],
    ['with bytes', [Uint8Array.of(1), 1], ArgumentError, 'got Uint8Array'],
    [
      'with text inside',
      [[0.5, '0.5'], 1],
      ArgumentError,
      "Normalize: mean[1] should be a finite number in float32, got '0.5'",
    ],
    [
      'with NaN',
      [0, [1, Number.NaN]],
      ArgumentError,
      'std[1] should be a finite number in float32',
    ],
    ['with infinity', [1 / 0, 1], ArgumentError, 'mean[0] should be a finite number in float32'],
    [
      'with what float32 cannot hold',
      [1e39, 1],
      ArgumentError,
      'mean[0] should be a finite number',
    ],
    [
      'with more values than there is room for',
      [lengthy(2 ** 32 - 1), 1],
      ArgumentError,
      'Normalize: mean has 4294967295 values, at most 1048576 channels are taken',
    ],
    [
      'with more deviations than there is room for',
      [0, new Float32Array(2 ** 20 + 1).fill(1)],
      ArgumentError,
      'Normalize: std has 1048577 values, at most 1048576 channels are taken',
    ],
    ['with a hole', [new Array(2), 1], ArgumentError, 'mean[0] should be a finite number'],
    ['with an unknown dtype', [0, 1, { dtype: 'uint8' }], DTypeError, 'Normalize: dtype must be'],
    [
      'with an unknown option',
      [0, 1, { inplace: true }],
      ArgumentError,
      "unknown option 'inplace'",
    ],
    ['with options that are none', [0, 1, 'float32'], ArgumentError, 'options should be an object'],
    [
      'with a scale of 0',
      [0, 1, { scale: 0 }],
      ArgumentError,
      'Normalize: scale should be a finite',
    ],
    ['with a scale of NaN', [0, 1, { scale: Number.NaN }], ArgumentError, 'scale should be'],
    ['with an endless scale', [0, 1, { scale: 1 / 0 }], ArgumentError, 'scale should be'],
    ['with a scale without reciprocal', [0, 1, { scale: 1e-320 }], ArgumentError, 'scale should'],
    ['with text as scale', [0, 1, { scale: '1' }], ArgumentError, "got '1'"],
  ])('%s', (_, values, type, message) => {
    expectRefused(() => new Normalize(...(values as Arguments)), type, message);
  });

  test('but takes what only float64 can hold, where it is asked for', () => {
    const normalize = new Normalize(1e39, 1e-46, { dtype: 'float64' });
    expect(normalize.forward(tensor([[[1e39]]], undefined, { dtype: 'float64' })).item()).toBe(0);
  });
});

const normalize = new Normalize(IMAGENET.mean, IMAGENET.std);
const bytes = (length: number) => new Uint8Array(length).fill(7);
const width = 4;
const height = 2;
const rgb = { data: bytes(24), width, height };

describe('forward refuses', () => {
  test.each<[string, unknown, object, typeof ArgumentError | typeof ShapeError, string]>([
    [
      'nothing',
      undefined,
      {},
      ArgumentError,
      'Normalize: pixels must be a Tensor, { data, shape }',
    ],
    ['null', null, {}, ArgumentError, 'got null'],
    ['an array alone', bytes(24), {}, ArgumentError, 'does not say how large the image is'],
    ['nested arrays', [[[1]]], {}, ArgumentError, 'got Array'],
    ['no data', { width, height }, {}, ArgumentError, 'Normalize: pixels must be a Tensor'],
    ['no size', { data: bytes(24) }, {}, ArgumentError, 'Normalize: pixels must be a Tensor'],
    ['no height', { data: bytes(24), width: 24 }, {}, ArgumentError, 'pixels must be a Tensor'],
    [
      'a negative width',
      { data: bytes(24), width: -4, height: -2 },
      {},
      ShapeError,
      'non-negative',
    ],
    ['half a pixel', { data: bytes(24), width: 1.5, height: 16 }, {}, ShapeError, 'integers'],
    [
      'too few bytes',
      { data: bytes(23), width, height, channels: 3 },
      {},
      ShapeError,
      'Normalize: pixels: data has 23 elements, but [2, 4, 3] (HWC) needs 24',
    ],
    [
      'no whole number of channels',
      { data: bytes(23), width, height },
      {},
      ShapeError,
      'data has 23 elements, which are no whole number of channels of 4 x 2 pixels',
    ],
    [
      'too large a shape',
      { data: bytes(24), shape: [3, 2 ** 30, 2 ** 30] },
      {},
      ShapeError,
      'too many elements',
    ],
    [
      'two sizes',
      { data: bytes(24), shape: [3, 8] },
      {},
      ShapeError,
      'Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = [3, 8]',
    ],
    [
      'two sizes as HWC',
      { data: bytes(24), shape: [3, 8] },
      { from: 'HWC' },
      ShapeError,
      'Expected tensor to be a tensor image of size (..., H, W, C). Got tensor.size() = [3, 8]',
    ],
    [
      'alpha',
      { data: bytes(32), width, height },
      {},
      ShapeError,
      'Normalize: expected 3 channels, as mean and std have, got 4 in [2, 4, 4] (HWC): ' +
        'dropAlpha: true leaves out the last of 4',
    ],
    [
      'another layout than it says',
      { data: bytes(24), shape: [2, 4, 3] },
      {},
      ShapeError,
      "got 2 in [2, 4, 3] (CHW): is it from: 'HWC'?",
    ],
    [
      'another layout than it says, with alpha',
      { data: bytes(80), shape: [5, 4, 4] },
      {},
      ShapeError,
      "got 5 in [5, 4, 4] (CHW): is it from: 'HWC', with dropAlpha: true?",
    ],
    [
      'grey and alpha',
      { data: bytes(16), width, height },
      { dropAlpha: true },
      ShapeError,
      'got 1 without alpha in [2, 4, 2] (HWC)',
    ],
    [
      'a channels-last tensor as HWC',
      new Tensor(new Float32Array(48), [2, 3, 4, 2], 'channelsLast'),
      { from: 'HWC' },
      ShapeError,
      "a channels-last tensor should have the shape (N, C, H, W), to be read with from: 'CHW'",
    ],
    [
      'a channels-last tensor of three sizes',
      new Tensor(new Float32Array(24), [3, 4, 2], 'channelsLast'),
      {},
      ShapeError,
      'a channels-last tensor should have the shape (N, C, H, W)',
    ],
    [
      'an unknown memory format',
      { ...rgb, shape: [3, 4, 2], memoryFormat: 'x' },
      {},
      ArgumentError,
      'memoryFormat must',
    ],
    [
      'an unknown layout',
      rgb,
      { from: 'NCHW' },
      ArgumentError,
      "Normalize: from should be 'HWC' or 'CHW', got 'NCHW'",
    ],
    [
      'an unknown target layout',
      rgb,
      { to: 'hwc' },
      ArgumentError,
      "Normalize: to should be 'HWC' or 'CHW', got 'hwc'",
    ],
    ['an unknown option', rgb, { layout: 'HWC' }, ArgumentError, "unknown option 'layout'"],
    ['options that are none', rgb, [], ArgumentError, 'options should be an object'],
    [
      'a flag that is none',
      rgb,
      { dropAlpha: 1 },
      ArgumentError,
      'dropAlpha should be true or false',
    ],
    [
      'an output without a shape',
      rgb,
      { out: {} },
      ArgumentError,
      'Normalize: out must be a Tensor',
    ],
    [
      'a short output',
      rgb,
      { out: new Float32Array(23) },
      ShapeError,
      'Normalize: out should have the 24 elements of [3, 2, 4], got 23',
    ],
    [
      'an output of another shape',
      rgb,
      { out: zeros([3, 4, 2]) },
      ShapeError,
      'Normalize: out should have the shape [3, 2, 4], got [3, 4, 2] in memory format contiguous',
    ],
    [
      'a channels-last output for CHW',
      rgb,
      { out: zeros([1, 3, 2, 4], { memoryFormat: 'channelsLast' }) },
      ShapeError,
      'in memory format channelsLast',
    ],
  ])('%s', (_, pixels, options, type, message) => {
    const call = () => normalize.forward(pixels as transforms.Pixels, options);
    expect(expectRefused(call, type, message)).toMatch(/^Normalize: /);
  });

  test.each([
    ['signed words', new Int16Array(24), 'got Int16Array'],
    ['long words', new Uint32Array(24), 'got Uint32Array'],
    ['signed bytes', new Int8Array(24), 'got Int8Array'],
    ['plain numbers', Array(24).fill(1), 'got Array'],
    ['a buffer', new ArrayBuffer(24), 'got ArrayBuffer'],
    ['text', 'x'.repeat(24), "got 'xxx"],
  ])('%s', (_, data, message) => {
    for (const size of [{ width, height }, { shape: [3, 2, 4] }]) {
      const pixels = { data, ...size } as never;
      expectRefused(() => normalize.forward(pixels), DTypeError, message);
      const said = 'Normalize: pixels: data must be a Uint8Array (a Buffer is one)';
      expectRefused(() => normalize.forward(pixels), DTypeError, said);
    }
  });

  test('bytes without a scale', () => {
    for (const floatsOnly of [normalize.inverse(), new Normalize(0, 1, { scale: null })]) {
      const message = 'Normalize: Input tensor should be a float tensor. Got uint8.';
      expectRefused(() => floatsOnly.forward(rgb), DTypeError, message);
    }
  });

  test('an output of another dtype', () => {
    const message = 'Normalize: out should have dtype float32, got float64';
    for (const out of [new Float64Array(24), zeros([3, 2, 4], { dtype: 'float64' })]) {
      expectRefused(() => normalize.forward(rgb, { out }), DTypeError, message);
    }
    const out = bytes(24) as never;
    expectRefused(() => normalize.forward(rgb, { out }), ArgumentError, 'out must be a Tensor');
  });
});

describe('an output over the pixels is refused', () => {
  const memory = new ArrayBuffer(400);
  const floats = new Float32Array(memory, 0, 24);
  const hwc = { data: floats, shape: [2, 4, 3] };
  const message = 'Normalize: out shares memory with the pixels';

  test.each<[string, transforms.Pixels, transforms.NormalizeForwardOptions]>([
    ['where the layout changes', hwc, { from: 'HWC', to: 'CHW', out: floats }],
    ['in part', hwc, { from: 'HWC', to: 'HWC', out: new Float32Array(memory, 4, 24) }],
    ['of bytes', { data: new Uint8Array(memory, 90, 24), shape: [3, 2, 4] }, { out: floats }],
    [
      'which loses its alpha',
      { data: new Float32Array(memory, 0, 32), shape: [2, 4, 4] },
      { from: 'HWC', to: 'HWC', dropAlpha: true, out: floats },
    ],
  ])('%s', (_, pixels, options) => {
    const before = floats.fill(0.5).slice();
    expectRefused(() => normalize.forward(pixels, options), ArgumentError, message);
    expect(floats).toEqual(before);
  });
});

describe('memory that is gone', () => {
  const out = zeros([3, 2, 4]);

  test('of bytes', () => {
    const data = bytes(24);
    structuredClone(data, { transfer: [data.buffer] });
    expectRefused(
      () => normalize.forward({ data, width, height, channels: 3 }, { out }),
      ShapeError,
      'data has 0 elements',
      [out],
    );
  });

  test('of tensors', () => {
    const x = zeros([3, 2, 4]);
    takeAway(x);
    const message = 'Normalize: the memory of pixels is gone';
    expectRefused(() => normalize.forward(x, { out }), ArgumentError, message, [out]);
    const gone = zeros([3, 2, 4]);
    takeAway(gone);
    const said = 'Normalize: the memory of out is gone';
    expectRefused(() => normalize.forward(rgb, { out: gone }), ArgumentError, said);
  });

  test('because reading the output took it', () => {
    const x = zeros([3, 2, 4]);
    const message = 'Normalize: the memory of pixels is gone';
    expectRefused(() => normalize.forward(x, { out: thiefOf(x) }), ArgumentError, message);
    const image = { data: bytes(24), width, height };
    const thief = {
      get data() {
        structuredClone(image.data, { transfer: [image.data.buffer as ArrayBuffer] });
        return new Float32Array(24);
      },
      shape: [3, 2, 4],
    };
    expectRefused(() => normalize.forward(image, { out: thief }), ArgumentError, message);
  });

  test('because it shrank', () => {
    const Resizable = ArrayBuffer as never as new (n: number, o: object) => ArrayBuffer;
    const buffer = new Resizable(24, { maxByteLength: 24 }) as ArrayBuffer & {
      resize(bytes: number): void;
    };
    const image = { data: new Uint8Array(buffer), width, height };
    expect(normalize.forward(image).shape).toEqual([3, 2, 4]);
    buffer.resize(16);
    const message = 'got 2 in [2, 4, 2] (HWC)';
    expectRefused(() => normalize.forward(image), ShapeError, message);
    const sized = { ...image, channels: 3 };
    expectRefused(() => normalize.forward(sized), ShapeError, 'data has 16 elements');
  });
});

describe('objects that answer differently each time', () => {
  /** The first answer is true, later ones are lies. */
  const liar = (properties: Record<string, [unknown, unknown]>) =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(properties).map(([key, answers]) => {
          let asked = 0;
          return [key, { enumerable: true, get: () => answers[Math.min(asked++, 1)] }];
        }),
      ),
    ) as never;

  test('are asked once', () => {
    const expected = normalize.forward(rgb);
    const lies: [never, object?][] = [
      [liar({ data: [rgb.data, bytes(1)], width: [4, 4000], height: [2, 4000] })],
      [
        liar({
          data: [rgb.data, 'x'],
          shape: [
            [2, 4, 3],
            [200, 4, 3],
          ],
        }),
        { from: 'HWC' },
      ],
      [liar({ data: [rgb.data, 1], info: [{ width, height, channels: 3 }, null] })],
      [rgb as never, liar({ to: ['CHW', 'HWC'], dropAlpha: [false, true], from: ['HWC', 'x'] })],
    ];
    for (const [pixels, options] of lies) {
      expect(normalize.forward(pixels, options).toArray()).toEqual(expected.toArray());
    }
    const mean = new Proxy([0.5, 0.5, 0.5], {
      get: (target, key) => (key === 'length' ? 3 : Reflect.get(target, key)),
    });
    expect(new Normalize(mean, 1).forward(rgb).shape).toEqual([3, 2, 4]);
  });

  test('and what they throw comes through', () => {
    const pixels = {
      get data(): Uint8Array {
        throw new RangeError('mine');
      },
      width,
      height,
    };
    expect(() => normalize.forward(pixels)).toThrow(new RangeError('mine'));
  });
});
