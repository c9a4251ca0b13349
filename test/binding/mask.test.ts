import { manualSeed, randn } from 'batchnorm';
import { Activation, native, Status } from '../../lib/native';
import { expectSame } from '../reference/same';

/** (N, C, S): runs and rows that end within a byte, within a word, and at the end of one. */
const sizes = [
  [1, 1, 1],
  [1, 1, 8],
  [1, 3, 7],
  [3, 5, 1],
  [2, 3, 49],
  [5, 1, 63],
  [1, 64, 1],
  [1, 1, 65],
  [3, 100, 1],
  [2, 7, 130],
  [70, 67, 3],
  [1, 2, 9001],
];
const special = [0, -0, Number.NaN, 1 / 0, -1 / 0, 1e-45, -1e-45];

/** Weight, bias, mean, variance and eps that leave the input as it is, -0 too. */
function identity(c: number) {
  const vector = (value: number) => new Float32Array(c).fill(value);
  return [null, vector(-0), vector(0), vector(1), 0] as const;
}

const targets = native.simdTargets();

afterAll(() => native.setSimdTarget(null));

describe.each(targets)('on %s', (target) => {
  beforeAll(() => {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
  });

  const cases = sizes.flatMap(([n = 1, c = 1, s = 1]) =>
    [true, false].map((channelsLast) => [n, c, s, channelsLast] as const),
  );
  test.each(cases)('the mask of (%d, %d, %d), channels last: %s', (n, c, s, channelsLast) => {
    manualSeed(37);
    const x = randn([n * c * s]).data as Float32Array;
    x.set(special.slice(0, x.length));
    const passes = {
      [Activation.relu]: Array.from(x, (z) => !(z <= 0)),
      [Activation.leakyRelu]: Array.from(x, (z) => z > 0),
    };
    const bytes = Math.ceil(x.length / 64) * 8 + 8;
    for (const activation of [Activation.relu, Activation.leakyRelu] as const) {
      for (const before of [0, 0xff]) {
        const whole = new Uint8Array(bytes + 6).fill(before);
        const mask = whole.subarray(3, 3 + bytes);
        const y = new Float32Array(x.length);
        const fusion = [null, activation, 0.5, mask] as const;
        const sized = [n, c, s, channelsLast] as const;
        expect(native.batchNormEval(x, y, ...sized, ...identity(c), ...fusion)).toBe(Status.ok);
        const bits = Array.from(x, (_, i) => (((mask[i >> 3] as number) >> (i % 8)) & 1) === 1);
        expect(bits).toEqual(passes[activation]);
        for (const at of [0, 1, 2, bytes + 3, bytes + 4, bytes + 5]) {
          expect(whole[at]).toBe(before);
        }
        expectSame(
          y,
          x.map((z, i) => {
            if (passes[activation][i]) return z;
            return activation === Activation.relu ? 0 : z * 0.5;
          }),
        );
      }
    }
  });

  test.each(cases)('what it does to a gradient of (%d, %d, %d), %s', (n, c, s, channelsLast) => {
    manualSeed(41);
    const dy = randn([n * c * s]).data as Float32Array;
    // Bits that no forward pass wrote: backward goes by them alone.
    const mask = Uint8Array.from(randn([Math.ceil(dy.length / 64) * 8 + 8]).data, (r) => r * 999);
    const passes = Array.from(dy, (_, i) => (((mask[i >> 3] as number) >> (i % 8)) & 1) === 1);
    for (const activation of [Activation.relu, Activation.leakyRelu] as const) {
      const factor = activation === Activation.relu ? 0 : -0.5;
      const expected = dy.map((g, i) => (passes[i] ? g : activation === 1 ? 0 : g * factor));
      const [dx, dr] = [new Float32Array(dy.length), new Float32Array(dy.length)];
      const statistics = [new Float64Array(c), new Float64Array(c).fill(1), false] as const;
      const gradients = [new Float64Array(c), new Float64Array(c)] as const;
      const fusion = [dr, activation, factor, mask] as const;
      const sized = [n, c, s, channelsLast] as const;
      const tensors = [dy, dy, dx] as const;
      const rest = [null, ...statistics, ...gradients, ...fusion] as const;
      expect(native.batchNormBackward(...tensors, ...sized, ...rest)).toBe(Status.ok);
      expectSame(dr, expected);
      expectSame(dx, expected);
    }
  });
});
