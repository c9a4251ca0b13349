import { Activation, Status } from '../../lib/native';
import {
  arraysOf,
  type Call,
  calls,
  count,
  inputCalls,
  isInput,
  make,
  maskBytes,
  sets,
  withArguments,
} from './calls';

/** Demands this status, and that nothing was written. */
function expectStatus(call: Call, status: Status | Status[], passed?: number): void {
  const copies = arraysOf(call).map(([, array]) => array.slice());
  expect([status].flat()).toContain(make(call, passed));
  expect(arraysOf(call).map(([, array]) => array.slice())).toEqual(copies);
}

const cases = [
  ...[Float32Array, Float64Array].map((Type) => [Type.name, calls(Type)] as const),
  ...[Uint8Array, Uint8ClampedArray].map((Type) => [Type.name, inputCalls(Type)] as const),
].flatMap(([type, all]) => all.map((call) => [call.name, type, call] as const));

const resizable = (bytes: number, max: number): ArrayBuffer & { resize(bytes: number): void } =>
  new (ArrayBuffer as never as new (n: number, o: object) => never)(bytes, { maxByteLength: max });

describe.each(cases)('%s of %s', (_, __, call) => {
  const arrays = arraysOf(call);
  const optional = ['weight', 'bias', 'residual', 'gradResidual'];

  test('takes its arguments', () => {
    expect(make(call)).toBe(Status.ok);
  });

  test('takes too many arguments, and refuses too few', () => {
    expect(make({ name: call.name, arguments: [...call.arguments, ['more', 1], ['x', {}]] })).toBe(
      Status.ok,
    );
    for (let passed = 0; passed < call.arguments.length; passed++) {
      expectStatus(call, [Status.wrongType, Status.wrongSize], passed);
    }
  });

  test.each(arrays.map(([name]) => name))('%s of another type', (name) => {
    const array = arrays.find(([known]) => known === name)?.[1] as Float32Array;
    const others = [
      undefined,
      0,
      1e300,
      'x',
      true,
      Symbol('x'),
      7n,
      {},
      { length: array.length, buffer: array.buffer },
      [...array],
      () => 1,
      array.buffer,
      new SharedArrayBuffer(8),
      new DataView(array.buffer as ArrayBuffer),
      new Proxy(array, {}),
      Object.create(Float32Array.prototype),
      new Int32Array(array.length),
      new Int8Array(array.byteLength),
      new BigInt64Array(array.length),
      ...(isInput(call, name)
        ? []
        : [
            new Uint8Array(array.byteLength),
            new Uint8ClampedArray(array.byteLength),
            Buffer.alloc(array.byteLength),
          ]),
    ];
    for (const other of others) {
      expectStatus(withArguments(call, { [name]: other }), Status.wrongType);
    }
    if (!optional.includes(name)) {
      expectStatus(withArguments(call, { [name]: null }), Status.wrongType);
    }
  });

  test.each(arrays.map(([name]) => name))('%s of another length', (name) => {
    const array = arrays.find(([known]) => known === name)?.[1] as Float32Array;
    const Type = array.constructor as typeof Float32Array;
    for (const length of [0, 1, array.length - 1, array.length + 1, 1000]) {
      expectStatus(withArguments(call, { [name]: new Type(length) }), Status.wrongSize);
    }
  });

  // Bytes go with either float type, and so does an input that is alone.
  const isAlone = (name: string) => isInput(call, name) && !arrays.some(([y]) => y === 'y');
  const areBytes = arrays.some(([, array]) => array.BYTES_PER_ELEMENT === 1);
  const mixable = arrays.filter(
    ([name]) => !isAlone(name) && !(areBytes && ['x', 'y'].includes(name)),
  );
  test.each(mixable.map(([name]) => name))('%s of the other float type', (name) => {
    const array = arrays.find(([known]) => known === name)?.[1] as Float32Array;
    const Other = array instanceof Float32Array ? Float64Array : Float32Array;
    expectStatus(withArguments(call, { [name]: new Other(array.length) }), [
      Status.mixedElementTypes,
      Status.wrongType,
    ]);
  });

  test.each(arrays.map(([name]) => name))('%s whose buffer was detached', (name) => {
    const array = arrays.find(([known]) => known === name)?.[1] as Float32Array;
    const gone = array.slice();
    structuredClone(gone, { transfer: [gone.buffer as ArrayBuffer] });
    expect(gone.length).toBe(0);
    const replaced = withArguments(call, { [name]: gone });
    expect([Status.wrongSize, Status.wrongType]).toContain(make(replaced));
  });

  test.each(arrays.map(([name]) => name))('%s over a buffer that shrinks and grows', (name) => {
    const array = arrays.find(([known]) => known === name)?.[1] as Float32Array;
    const Type = array.constructor as typeof Float32Array;
    const bytes = array.byteLength;
    const buffer = resizable(bytes, 4 * bytes);
    const fixed = withArguments(call, { [name]: new Type(buffer, 0, array.length).fill(1) });
    const tracking = withArguments(call, { [name]: new Type(buffer) });
    const refused = [Status.wrongSize, Status.wrongType];
    expect([make(fixed), make(tracking)]).toEqual([Status.ok, Status.ok]);
    for (const size of [0, Type.BYTES_PER_ELEMENT, bytes - 1]) {
      buffer.resize(size);
      expect(refused).toContain(make(fixed));
      expect(refused).toContain(make(tracking));
    }
    buffer.resize(4 * bytes);
    expect(make(fixed)).toBe(Status.ok);
    expect(refused).toContain(make(tracking));
    buffer.resize(bytes);
    expect([make(fixed), make(tracking)]).toEqual([Status.ok, Status.ok]);
  });

  test.each(arrays.map(([name]) => name))('%s over memory that threads share', (name) => {
    const array = arrays.find(([known]) => known === name)?.[1] as Float32Array;
    const Type = array.constructor as typeof Float32Array;
    const shared = new Type(new SharedArrayBuffer(array.byteLength)).fill(1);
    expect(make(withArguments(call, { [name]: shared }))).toBe(Status.ok);
    const short = new Type(new SharedArrayBuffer(array.byteLength), Type.BYTES_PER_ELEMENT);
    expectStatus(withArguments(call, { [name]: short }), Status.wrongSize);
  });

  test('sizes that are no sizes', () => {
    const wrong = [-1, -0.5, 0.5, 2.5, 1e-320, Number.NaN, 1 / 0, -1 / 0, 2 ** 53, 2 ** 64, 1e300];
    for (const size of ['n', 'c', 's']) {
      for (const value of wrong) {
        expectStatus(withArguments(call, { [size]: value }), Status.wrongSize);
      }
      for (const value of [undefined, null, '3', 3n, {}, [3], true, { valueOf: () => 3 }]) {
        expectStatus(withArguments(call, { [size]: value }), Status.wrongType);
      }
    }
  });

  test('sizes whose product overflows or is not what the arrays hold', () => {
    const products = [
      [2 ** 32, 2, 2 ** 32],
      [2 ** 32, 2 ** 32, 1],
      [2 ** 52, 2, 2 ** 12],
      [2 ** 53 - 1, 2, 2 ** 53 - 1],
      [2 ** 62 / 2 ** 10, 2 ** 10, 8],
      // Their product is 30 in 64 bits that wrap around.
      [count, 2 ** 52, 2 ** 12],
      [2 ** 31 + 1, 2, 1],
      [2 ** 32 + 3, 2, 5],
      [2 ** 33, 2 ** 33, 0],
      [0, 2 ** 52, 2 ** 52],
      [3, 2, 4],
      [3, 2, 6],
      [0, 2, 5],
    ];
    // As many elements, in channels that other arrays do not fit.
    if (arrays.some(([, { length }]) => length !== count)) products.push([2, 3, 5]);
    for (const [n, c, s] of products) {
      expectStatus(withArguments(call, { n, c, s }), Status.wrongSize);
    }
  });

  test('flags and numbers of another type', () => {
    const names = call.arguments.map(([name]) => name);
    const flags = ['channelsLast', 'xChannelsLast', 'yChannelsLast', 'training', 'centered'];
    for (const name of names.filter((known) => flags.includes(known))) {
      for (const value of [undefined, null, 0, 1, 'true', {}]) {
        expectStatus(withArguments(call, { [name]: value }), Status.wrongType);
      }
    }
    const numbers = ['eps', 'activation', 'negativeSlope', 'xChannels', 'count', 'scale', 'groups'];
    numbers.push('size', 'alpha', 'beta', 'k');
    for (const name of names.filter((known) => numbers.includes(known))) {
      for (const value of [undefined, null, '1e-5', 1n, {}]) {
        expectStatus(withArguments(call, { [name]: value }), Status.wrongType);
      }
    }
  });

  test('empty data is fine', () => {
    const empty = Object.fromEntries(
      arrays
        .filter(([, { length }]) => length === count)
        .map(([name, array]) => [name, array.slice(0, 0)]),
    );
    const noSets = Object.fromEntries(
      arrays
        .filter(([, { length }]) => length === sets)
        .map(([name, array]) => [name, array.slice(0, 0)]),
    );
    expect(make(withArguments(call, { ...empty, ...noSets, n: 0 }))).toBe(Status.ok);
    expect(make(withArguments(call, { ...empty, s: 0 }))).toBe(Status.ok);
  });

  test('any eps and slope, and null for what may be absent, are fine', () => {
    const absent = Object.fromEntries(optional.map((name) => [name, null]));
    for (const value of [0, -1, Number.NaN, 1 / 0, 1e300]) {
      const replaced = { ...absent, eps: value, negativeSlope: value };
      const response = { alpha: value, beta: value, k: value };
      expect(make(withArguments(call, { ...replaced, ...response }))).toBe(Status.ok);
    }
  });

  test('each array of the call may be the same one', () => {
    const groups = [count, 2, sets].map((length) =>
      arrays.filter(([, array]) => array.length === length),
    );
    for (const group of groups) {
      for (const [name, array] of group) {
        const same = group.filter(([, other]) => other.constructor === array.constructor);
        const replaced = Object.fromEntries(same.map(([other]) => [other, array]));
        expect([name, make(withArguments(call, replaced))]).toEqual([name, Status.ok]);
      }
    }
  });
});

test.each([Float32Array, Float64Array])('the x of batchNormBackward of %p', (Type) => {
  const call = calls(Type).find(({ name }) => name === 'batchNormBackward') as Call;
  const evaluation = withArguments(call, { x: null, training: false });
  const of = (name: string) => arraysOf(evaluation).find(([known]) => known === name)?.[1];
  expect(make(evaluation)).toBe(Status.ok);
  // Only the gradients of weight and bias need it, and stay the ones that they were.
  expect([of('gradWeight'), of('gradBias')]).toEqual(Array(2).fill(Float64Array.of(1, 1)));
  expectStatus(withArguments(call, { x: null }), Status.wrongType);
  const wrong = withArguments(evaluation, { x: new Type(1) });
  expectStatus(wrong, Status.wrongSize);
});

const masked = cases.filter(([, , { arguments: all }]) => all.some(([name]) => name === 'mask'));

describe.each(masked)('the mask of %s of %s', (name, __, call) => {
  const isBackward = name === 'batchNormBackward';
  const withMask = (mask: unknown) => withArguments(call, { mask });

  test('of another type', () => {
    const { buffer } = new Uint8Array(maskBytes);
    const others = [
      undefined,
      0,
      'x'.repeat(maskBytes),
      {},
      Array(maskBytes).fill(0),
      buffer,
      new DataView(buffer),
      new Int8Array(buffer),
      new Uint8ClampedArray(buffer),
      new Uint16Array(maskBytes),
      new Float32Array(maskBytes),
      new Proxy(new Uint8Array(buffer), {}),
    ];
    for (const other of others) expectStatus(withMask(other), Status.wrongType);
  });

  test('that is too short, for it was detached or has shrunk, too', () => {
    for (const length of [0, 1, maskBytes - 1]) {
      expectStatus(withMask(new Uint8Array(length)), Status.wrongSize);
    }
    const gone = new Uint8Array(maskBytes);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect([Status.wrongSize, Status.wrongType]).toContain(make(withMask(gone)));
    const buffer = resizable(maskBytes, maskBytes);
    const shrunk = new Uint8Array(buffer);
    expect(make(withMask(shrunk))).toBe(Status.ok);
    buffer.resize(maskBytes - 1);
    expectStatus(withMask(shrunk), [Status.wrongSize, Status.wrongType]);
  });

  test('may be longer, at any offset, and memory that threads share; what is over stays', () => {
    for (const buffer of [new ArrayBuffer(100), new SharedArrayBuffer(100)]) {
      for (const offset of [0, 1, 3, 7]) {
        const whole = new Uint8Array(buffer).fill(0xaa);
        expect(make(withMask(whole.subarray(offset, offset + maskBytes)))).toBe(Status.ok);
        const over = [...whole.subarray(0, offset), ...whole.subarray(offset + maskBytes)];
        expect(new Set(over)).toEqual(new Set([0xaa]));
      }
    }
  });

  test('may be null, but not where a backward pass needs it', () => {
    const none = withArguments(call, { mask: null, activation: Activation.none });
    expect(make(none)).toBe(Status.ok);
    if (isBackward) expectStatus(withMask(null), Status.wrongType);
    else expect(make(withMask(null))).toBe(Status.ok);
  });

  test('activations that there are not', () => {
    for (const activation of [3, 4, 255, 256, -1]) {
      expectStatus(withArguments(call, { activation }), Status.wrongSize);
    }
  });
});

const grouped = cases.filter(([name]) => name.startsWith('groupNorm'));

describe.each(grouped)('the groups of %s of %s', (_, __, call) => {
  test('are those that the channels can be in', () => {
    for (const channelsLast of [true, false]) {
      for (const groups of [0, 3, 4, -1, 0.5, 1.5, Number.NaN, 1 / 0, 2 ** 32 + 2, 2 ** 53]) {
        expectStatus(withArguments(call, { groups, channelsLast }), Status.wrongSize);
      }
    }
  });

  test('have a value of each statistic for each sample', () => {
    const names = ['mean', 'variance', 'invstd'];
    for (const [groups, count] of [
      [1, 3],
      [2, 6],
    ] as const) {
      const fitting = Object.fromEntries(names.map((name) => [name, new Float64Array(count)]));
      for (const channelsLast of [true, false]) {
        for (const centered of [true, false]) {
          const fits = withArguments(call, { ...fitting, groups, channelsLast, centered });
          expect(make(fits)).toBe(Status.ok);
        }
      }
      for (const name of names.filter((known) => call.arguments.some(([one]) => one === known))) {
        for (const length of [0, 2, count - 1, count + 1, 9 - count]) {
          const wrong = { ...fitting, groups, [name]: new Float64Array(length) };
          expectStatus(withArguments(call, wrong), Status.wrongSize);
        }
      }
    }
  });

  test('may be any number where there are no channels, if its product with the samples fits', () => {
    const none = Object.fromEntries(
      arraysOf(call)
        .filter(([, { length }]) => length !== sets)
        .map(([name, array]) => [name, array.slice(0, 0)]),
    );
    const perSet = Object.fromEntries(
      ['mean', 'variance', 'invstd'].map((name) => [name, new Float64Array(21)]),
    );
    expect(make(withArguments(call, { ...none, ...perSet, c: 0, groups: 7 }))).toBe(Status.ok);
    // 2^64 statistics are none in 64 bits that wrap around.
    const nothing = new Float64Array(0);
    const wrapped = { ...none, mean: nothing, variance: nothing, invstd: nothing, c: 0 };
    const call64 = withArguments(call, { ...wrapped, n: 2 ** 32, groups: 2 ** 32 });
    expectStatus(call64, Status.wrongSize);
  });
});

const windowed = cases.filter(([name]) => name.startsWith('localResponse'));

describe.each(windowed)('the window of %s of %s', (_, __, call) => {
  test('is of one channel or more, and may be of more than there are', () => {
    for (const channelsLast of [true, false]) {
      for (const size of [1, 2, 3, 4, 1000, 2 ** 32 + 1, 2 ** 53 - 1]) {
        expect(make(withArguments(call, { size, channelsLast }))).toBe(Status.ok);
      }
      for (const size of [0, -0, -1, 0.5, 1.5, Number.NaN, 1 / 0, 2 ** 53]) {
        expectStatus(withArguments(call, { size, channelsLast }), Status.wrongSize);
      }
    }
  });
});

describe('the channels of normalizeImages', () => {
  const call = inputCalls(Uint8Array).find(({ name }) => name === 'normalizeImages') as Call;
  const [channels, pixels] = [2, 15];

  test('may be more in x than in y, of which the array has all', () => {
    for (const xChannels of [channels, 3, 4, 7]) {
      const x = new Uint8Array(pixels * xChannels);
      expect(make(withArguments(call, { x, xChannels }))).toBe(Status.ok);
      expectStatus(withArguments(call, { x: x.subarray(1), xChannels }), Status.wrongSize);
    }
  });

  test('are no fewer, and sizes whose product fits', () => {
    const x = new Uint8Array(pixels);
    const wrong = [0, 1, -1, 2.5, Number.NaN, 1 / 0, 2 ** 53, 2 ** 64, 2 ** 52 + 2];
    for (const xChannels of wrong) {
      expectStatus(withArguments(call, { x, xChannels }), Status.wrongSize);
    }
    // Without channels in y all of it is empty, and x in 64 bits that wrap around.
    const [none, one] = [new Uint8Array(0), Float64Array.of(1)];
    const empty = { x: none, y: new Float32Array(0), c: 0, s: 1, count: 1, mean: one, std: one };
    const wrapped = { ...empty, n: 2 ** 32, xChannels: 2 ** 32 };
    expect(make(withArguments(call, { ...wrapped, xChannels: 0 }))).toBe(Status.ok);
    expectStatus(withArguments(call, wrapped), Status.wrongSize);
  });

  test('have a mean and std each, or one for all', () => {
    const [one, three] = [Float64Array.of(1), new Float64Array(3).fill(1)];
    expect(make(withArguments(call, { count: 1, mean: one, std: one }))).toBe(Status.ok);
    expectStatus(withArguments(call, { count: 3, mean: three, std: three }), Status.wrongSize);
    for (const count of [0, -1, 1.5, 2 ** 53]) {
      expectStatus(withArguments(call, { count }), Status.wrongSize);
    }
  });

  test('may be scaled by anything', () => {
    for (const scale of [0, -0, -1, Number.NaN, 1 / 0, 1e300, 5e-324]) {
      const std = Float64Array.of(0, Number.NaN);
      expect(make(withArguments(call, { scale, std }))).toBe(Status.ok);
    }
  });
});
