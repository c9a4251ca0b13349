import { isDeepStrictEqual } from 'node:util';
import { BatchNormError, Tensor } from 'batchnorm';
import fc from 'fast-check';
import { calls } from './calls.mjs';
import { act, Hostile, mutations, places } from './hostile.mjs';
import { forms, memories, World } from './world.mjs';

/** A call, and what hostile code does to it: plain data, so that a report can show it. */
export const hostileCall = fc.record({
  call: fc.constantFrom(...calls.map(({ name }) => name)),
  world: fc.record({
    seed: fc.nat(1000),
    memory: fc.constantFrom(...memories),
    form: fc.constantFrom(...forms),
    dtype: fc.constantFrom('float32', 'float64'),
    channelsLast: fc.boolean(),
  }),
  changes: fc.array(
    fc.record({
      what: fc.constantFrom(...Object.keys(mutations)),
      where: fc.nat(60),
      n: fc.nat(5000),
    }),
    { maxLength: 3 },
  ),
  /** What is done while an asynchronous call is pending. */
  meanwhile: fc.option(fc.nat(5000)),
});

/**
 * Makes the call. Throws where it neither returns what is right nor throws an error of ours or of
 * the hostile code itself, and where a call that threw has changed something.
 */
export async function check({ call: name, world: settings, changes, meanwhile }) {
  const call = calls.find((one) => one.name === name);
  const world = new World(settings);
  const subject = call.on(world);
  const args = call.args(world);
  const clean = new World(settings);
  const twin = call.on(clean);
  const cleanArgs = call.args(clean);
  world.subject = subject;
  world.again = () => {
    try {
      Promise.resolve(call.run(subject, call.args(new World(settings)))).catch(() => {});
    } catch {
      // What it says to itself is another call's matter.
    }
  };

  let comparable = true;
  for (const { what, where, n } of changes) {
    const found = places(args);
    const [parent, key] = found[where % found.length] ?? [];
    if (parent === undefined) continue;
    world.broken ||= parent instanceof Tensor && what !== 'junk';
    try {
      comparable = mutations[what](world, parent, key, n) && comparable;
    } catch {
      // What it works on is hostile, too.
    }
  }
  const before = stateOf(subject);
  const outcome = await outcomeOf(() => {
    const result = call.run(subject, args);
    if (meanwhile !== null && result instanceof Promise) {
      try {
        act(world, meanwhile);
      } catch {
        // Thrown into nobody's face.
      }
    }
    return result;
  });
  if (world.broken) return;
  if ('error' in outcome) {
    expectOurs(outcome.error);
    if (world.touched || call.isInSteps) return;
    if (world.changed && subject instanceof Tensor) return;
    expectSame(stateOf(subject), before, 'a call that threw has changed what it was made on');
    if (world.changed) return;
    expectUntouched(world);
    // What the same call does where nobody is hostile shows what is kept inside.
    const after = await outcomeOf(() => call.run(subject, call.args(later(settings, call))));
    const expected = await outcomeOf(() => call.run(twin, cleanArgs));
    expectSame(plain(after), plain(expected), 'a call after one that threw gives something else');
    return;
  }
  expectSound(outcome.result, world);
  if (!comparable || world.changed || world.touched) return;
  const expected = await outcomeOf(() => call.run(twin, cleanArgs));
  expectSame(plain(outcome), plain(expected), 'the result is wrong');
  expectSame(stateOf(subject), stateOf(twin), 'what the call was made on is wrong');
}

/** A world whose next numbers are those of the arguments. */
function later(settings, call) {
  const world = new World(settings);
  call.on(world);
  return world;
}

async function outcomeOf(run) {
  try {
    return { result: await run() };
  } catch (error) {
    return { error };
  }
}

function expectOurs(error) {
  if (error instanceof BatchNormError || error instanceof Hostile) return;
  // What the engine says of a proxy that was taken back, or that is not true to its target.
  if (error instanceof TypeError && /revoked|on proxy: /.test(error.message)) return;
  throw new Error('the error is not ours', { cause: error });
}

function expectSame(actual, expected, what) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

function expectUntouched({ arrays }) {
  for (const { array, copy } of arrays) {
    expectSame(bits(array), bits(copy), 'a call that threw has changed an array');
  }
}

/** Whether each tensor in a result holds as many elements as its shape says. */
function expectSound(result, world, depth = 0) {
  if (typeof result !== 'object' || result === null || depth > 3) return;
  if (!(result instanceof Tensor)) {
    for (const value of Object.values(result)) expectSound(value, world, depth + 1);
    return;
  }
  const { data, shape, size } = result;
  // An argument that was returned is as hostile code has left it.
  if (world.changed && world.arrays.some(({ array }) => array === data)) return;
  if (shape.reduce((a, b) => a * b, 1) === size && (data.length === size || data.length === 0))
    return;
  throw new Error(`a result of shape [${shape}] holds ${data.length} elements`);
}

function stateOf(subject) {
  if (subject === null || subject instanceof Tensor) return plain(subject);
  const { numBatchesTracked, training } = subject;
  const state = {
    text: String(subject),
    json: subject.toJSON?.(),
    dict: plain(subject.stateDict && safely(() => subject.stateDict())),
    grads: subject.parameters && plain(safely(() => subject.parameters().map(({ grad }) => grad))),
    numBatchesTracked,
    training,
  };
  return state;
}

/** Null for a lazy layer, which has none yet. */
function safely(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

/** What a result holds, to the bit, without the classes. */
function plain(value, depth = 0) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return bits(value);
  if (typeof value !== 'object' || value === null || depth > 4) return value;
  if (value instanceof Tensor) return [bits(value.data), [...value.shape], value.memoryFormat];
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, plain(one, depth + 1)]),
  );
}

const { prototype } = Object.getPrototypeOf(Float32Array);
const lengthOf = Object.getOwnPropertyDescriptor(prototype, 'byteLength').get;

/** Whatever its class says of its length. */
function bits(array) {
  const length = lengthOf.call(array);
  return length === 0 ? '' : Buffer.from(array.buffer, array.byteOffset, length).toString('hex');
}
