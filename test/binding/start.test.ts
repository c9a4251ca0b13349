import { native, Status } from '../../lib/native';
import { arraysOf, type Call, calls, inputCalls, make, withArguments } from './calls';

const start = native.start as (...values: unknown[]) => number;
const abort = native.abort as (...values: unknown[]) => void;

const valuesOf = (call: Call): unknown[] => call.arguments.map(([, value]) => value);

/** Starts the call as no TypeScript would; the status that done was called with. */
function run(call: Call): Promise<Status> {
  return new Promise((resolve, reject) => {
    const id = start(call.name, valuesOf(call), resolve);
    if (!(id > 0)) reject(new Error(`refused with ${id}`));
  });
}

/** The call with arrays of its own, filled with numbers that are no two the same. */
function fresh(call: Call): Call {
  const copies = arraysOf(call).map(([name, array], a) => [
    name,
    array.map((_, i) => 1 + ((7 * i + 3 * a) % 11)),
  ]);
  const mask = call.arguments.find(([name]) => name === 'mask')?.[1] as Uint8Array | undefined;
  return withArguments(call, { ...Object.fromEntries(copies), mask: mask?.slice() });
}

const cases = [
  ...[Float32Array, Float64Array].map((Type) => [Type.name, calls(Type)] as const),
  ...[Uint8Array, Uint8ClampedArray].map((Type) => [Type.name, inputCalls(Type)] as const),
].flatMap(([type, all]) => all.map((call) => [call.name, type, call] as const));

describe.each(cases)('%s of %s, started', (_, __, call) => {
  test('gives the very bytes that it gives at once', async () => {
    const [now, later] = [fresh(call), fresh(call)];
    expect(make(now)).toBe(Status.ok);
    expect(await run(later)).toBe(Status.ok);
    expect(valuesOf(later)).toEqual(valuesOf(now));
    expect(valuesOf(later)).not.toEqual(valuesOf(fresh(call)));
  });

  test('is refused for what it is refused for at once, and done is not called', async () => {
    const done = jest.fn();
    for (const [name, array] of arraysOf(call)) {
      const gone = array.slice();
      structuredClone(gone, { transfer: [gone.buffer as ArrayBuffer] });
      const others = [undefined, 0, 'x', {}, [...array], new Int8Array(7), array.slice(1), gone];
      for (const other of others) {
        const wrong = withArguments(call, { [name]: other });
        const status = make(wrong);
        expect(status).not.toBe(Status.ok);
        expect(start(call.name, valuesOf(wrong), done)).toBe(-status);
      }
    }
    for (let passed = 0; passed < call.arguments.length; passed++) {
      const few = valuesOf(call).slice(0, passed);
      expect(start(call.name, few, done)).toBe(-make(call, passed));
    }
    await run(call);
    expect(done).not.toHaveBeenCalled();
  });
});

const [call] = calls() as [Call];
const values = valuesOf(call);

test('what is no call of an operation is refused', async () => {
  const done = jest.fn();
  const wrong: unknown[][] = [
    [],
    [call.name],
    [call.name, values],
    ...[undefined, null, 0, 'x', {}, [], Symbol('x')].map((no) => [call.name, values, no]),
    ...[undefined, null, 0, 'x', {}, { length: 15 }, new Float32Array(15), () => 1, ''].map(
      (no) => [call.name, no, done],
    ),
    [call.name, new Proxy(values, {}), done],
    ...[
      undefined,
      null,
      0,
      {},
      '',
      'start',
      'batchNormEva',
      'batchNormEval ',
      'batchNormEval\0',
      'x'.repeat(1e5),
      'simdTarget',
      '__proto__',
      Symbol('x'),
      { toString: () => call.name },
    ].map((no) => [no, values, done]),
  ];
  for (const each of wrong) expect(start(...each)).toBe(-Status.wrongType);
  await run(call);
  expect(done).not.toHaveBeenCalled();
});

test('arguments whose getters throw, or take away the others, are no harm', async () => {
  const thrower = [...values];
  Object.defineProperty(thrower, 3, {
    get() {
      throw new RangeError('mine');
    },
  });
  expect(() => start(call.name, thrower, () => {})).toThrow('mine');
  const x = new Float32Array(30);
  const thief = [x, ...values.slice(1)];
  Object.defineProperty(thief, 14, {
    get() {
      structuredClone(x, { transfer: [x.buffer] });
      return null;
    },
  });
  expect(start(call.name, thief, () => {})).toBe(-Status.wrongSize);
  expect(start(call.name, Array(2 ** 32 - 1), () => {})).toBe(-Status.wrongType);
});

test('done is called once, after start has returned, and its arrays may go meanwhile', async () => {
  const order: unknown[] = [];
  await new Promise<void>((resolve) => {
    const count = 200;
    for (let i = 0; i < count; i++) {
      const id = start(call.name, valuesOf(fresh(call)), (...args: unknown[]) => {
        order.push(args);
        if (order.length === count + 1) setImmediate(resolve);
      });
      expect(id).toBeGreaterThan(0);
    }
    order.push('started');
  });
  expect(order).toEqual(['started', ...Array(200).fill([Status.ok])]);
});

test('abort of what is no pending call does nothing', async () => {
  let id = 0;
  const status = await new Promise((resolve) => {
    id = start(call.name, values, resolve);
    const numbers = [Number.NaN, 0, -1, 0.5, id + 1, id + 0.5, id + 1024, 1e300, -1e300, 1 / 0];
    for (const no of [...numbers, undefined, null, -id, `${id}`, {}, 7n]) {
      expect(abort(no)).toBeUndefined();
    }
    expect(abort()).toBeUndefined();
  });
  expect(status).toBe(Status.ok);
  abort(id);
  abort(id);
  expect(await run(call)).toBe(Status.ok);
});

test('of thousands of calls those that are aborted are the ones that were meant', async () => {
  const wanted: boolean[] = [];
  const statuses = await Promise.all(
    Array.from({ length: 5000 }, (_, i) => {
      wanted.push(i % 3 === 0);
      return new Promise<Status>((resolve) => {
        const id = start(call.name, valuesOf(fresh(call)), resolve);
        if (wanted[i]) abort(id);
      });
    }),
  );
  expect(statuses.filter((status) => status === Status.ok).length).toBeGreaterThan(3000);
  const aborted = statuses.flatMap((status, i) => (status === Status.aborted ? [i] : []));
  expect(aborted.every((i) => wanted[i])).toBe(true);
  expect(aborted).not.toEqual([]);
});

test('ids are never used twice', async () => {
  const ids: number[] = [];
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => ids.push(start(call.name, values, resolve)));
  }
  expect(new Set(ids).size).toBe(20);
});
