import { types } from 'node:util';
import { Module, Tensor } from 'batchnorm';

/** What hostile code throws; a call may pass it on. */
export class Hostile extends Error {}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

function throwing() {
  throw new Hostile('thrown on purpose');
}

/** Values that make no sense in most places, each made when it is needed. */
const junk = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -1,
  () => -0,
  () => 0.5,
  () => 2 ** 53,
  () => 2 ** 40,
  () => 1e308,
  () => Number.POSITIVE_INFINITY,
  () => 7n,
  () => Symbol('hostile'),
  () => '',
  () => '3',
  () => '__proto__',
  () => true,
  () => [],
  () => Object.assign(new Array(3), { 2: 3 }),
  () => [Number.NaN, -2],
  () => [2 ** 31, 2 ** 31],
  () => new Array(1e6),
  () => ({}),
  () => Object.create(null),
  () => () => 3,
  () => class {},
  () => new Date(Number.NaN),
  () => ({ valueOf: throwing, toString: throwing }),
  () => ({ valueOf: () => 4, toString: () => '4' }),
  () => ({ [Symbol.toPrimitive]: throwing }),
  () => ({ [Symbol.toStringTag]: 'Float32Array', length: 4 }),
  () =>
    new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing }),
  () => new Proxy([], { get: (target, key) => (key === 'length' ? 2 ** 32 : target[key]) }),
  () => new Proxy(() => 1, {}),
  revoked,
  () => new Float32Array(4),
  () => new Float64Array(4),
  () => new Int32Array(4),
  () => new BigInt64Array(4),
  () => new Uint8ClampedArray(36),
  () => new DataView(new ArrayBuffer(16)),
  () => new ArrayBuffer(16),
  () => new SharedArrayBuffer(16),
  () => ({ data: new Float32Array(4), shape: [4] }),
  () => ({ data: new Float32Array(4), shape: [2, 2], stride: [-2, 1], offset: 2 }),
  () => ({ data: new Float32Array(4), shape: [4], stride: [1], offset: 2 ** 52 }),
  () => ({ data: new Float32Array(6), shape: [3], stride: [2], offset: 0 }),
  () => ({ data: new Float32Array(0), shape: [0, 2 ** 53 - 1] }),
  () => Object.create(Tensor.prototype),
  () =>
    Object.setPrototypeOf({ data: new Float32Array(4), shape: [4], dtype: 'x' }, Tensor.prototype),
  () => Object.assign(new Tensor(new Float32Array(4), [4]), { data: new Float32Array(2) }),
  () => Object.assign(new Tensor(new Float32Array(4), [4]), { shape: [2, 2, 2] }),
  () => Object.assign(new Tensor(new Float32Array(4), [4]), { data: null }),
];

/** What hostile code does while its getter is read. */
const effects = [
  // Takes the memory of an array of the call away.
  (world, n) => {
    const { array } = world.arrays[n % world.arrays.length] ?? {};
    world.changed = true;
    if (array?.buffer instanceof ArrayBuffer)
      structuredClone(array.buffer, { transfer: [array.buffer] });
  },
  (world, n) => {
    const { array } = world.arrays[n % world.arrays.length] ?? {};
    world.changed = true;
    if (array?.buffer.resizable) array.buffer.resize(n % (array.buffer.byteLength + 1));
  },
  // Makes it longer, as far as it goes.
  (world, n) => {
    const { array } = world.arrays[n % world.arrays.length] ?? {};
    world.changed = true;
    const { buffer } = array ?? {};
    if (buffer?.growable) buffer.grow(buffer.maxByteLength);
    if (buffer?.resizable) buffer.resize(buffer.maxByteLength);
  },
  // Uses what the call is made on, in the middle of it.
  (world) => {
    world.touched = true;
    if (world.subject?.train) world.subject.train(!world.subject.training);
  },
  (world) => {
    world.touched = true;
    world.again();
  },
  (world) => {
    world.touched = true;
    world.subject?.resetParameters?.();
    world.subject?.zeroGrad?.();
  },
  () => throwing(),
];

export function act(world, n) {
  // Only what is thrown on purpose gets out.
  try {
    effects[n % effects.length](world, Math.floor(n / effects.length));
  } catch (error) {
    if (error instanceof Hostile) throw error;
  }
}

export function makeJunk(n) {
  return junk[n % junk.length]();
}

/**
 * What may become of `parent[key]`. Each returns whether a call that still returns must return what
 * it does without; `n` chooses among variants.
 */
export const mutations = {
  junk: (_, parent, key, n) => {
    put(parent, key, makeJunk(n));
    return false;
  },
  'missing or more': (_, parent, key, n) => {
    if (n % 2 === 0) delete parent[key];
    else put(parent, `${String(key)}2`, makeJunk(n));
    return false;
  },
  'answers once': (_, parent, key, n) => {
    const { value, get } = Object.getOwnPropertyDescriptor(parent, key);
    if (get !== undefined) return true;
    let reads = 0;
    // A tensor's shape is read where it is: one of 2^32 sizes would take hours.
    const later = parent instanceof Tensor && key === 'shape' ? [n % 7, 3] : makeJunk(n);
    define(parent, key, () => (reads++ === 0 ? value : later));
    return true;
  },
  'throws when read': (_, parent, key) => {
    define(parent, key, throwing);
    return false;
  },
  'acts when read': (world, parent, key, n) => {
    const { value, get } = Object.getOwnPropertyDescriptor(parent, key);
    if (get !== undefined) return true;
    define(parent, key, () => {
      act(world, n);
      return value;
    });
    return true;
  },
  'proxy that passes on': (_, parent, key) => replaceObject(parent, key, (o) => new Proxy(o, {})),
  'proxy that throws at some time': (_, parent, key, n) => {
    let left = n % 12;
    const count =
      (operation) =>
      (...args) => {
        if (left-- <= 0) throwing();
        return Reflect[operation](...args);
      };
    const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'];
    const handler = Object.fromEntries(traps.map((trap) => [trap, count(trap)]));
    return replaceObject(parent, key, (o) => new Proxy(o, handler));
  },
  'proxy that acts when read': (world, parent, key, n) => {
    const get = (...args) => {
      act(world, n);
      return Reflect.get(...args);
    };
    return replaceObject(parent, key, (o) => new Proxy(o, { get }));
  },
  inherited: (_, parent, key) => {
    replaceObject(parent, key, (o) => Object.create(o));
    // Of a state dict only its own keys count.
    return false;
  },
  'without prototype': (_, parent, key) =>
    replaceObject(parent, key, (o) =>
      Object.getPrototypeOf(o) === Object.prototype ? Object.assign(Object.create(null), o) : o,
    ),
  frozen: (_, parent, key) =>
    replaceObject(parent, key, (o) => (ArrayBuffer.isView(o) ? o : Object.freeze(o))),
  'list of a hostile class': (_, parent, key, n) =>
    replaceObject(parent, key, (o) => {
      if (ArrayBuffer.isView(o)) return hostileArray(o, n);
      return Array.isArray(o) ? HostileList.from(o) : o;
    }),
  'list that changes': (_, parent, key, n) =>
    replaceObject(parent, key, (o) => {
      if (!Array.isArray(o)) return o;
      const list = [...o];
      let reads = 0;
      const first = list[0];
      define(list, 0, () => (reads++ === 0 ? first : makeJunk(n)));
      return list;
    }),
  'array of another type': (_, parent, key, n) => {
    const { value } = Object.getOwnPropertyDescriptor(parent, key);
    if (!ArrayBuffer.isView(value)) return true;
    const Types = [Float32Array, Float64Array, Int32Array, Uint8Array, BigInt64Array];
    put(parent, key, new Types[n % Types.length](value.length));
    return false;
  },
  'memory that is gone': (world, _parent, _key, n) => {
    act(world, (n % 2) + effects.length * n);
    return true;
  },
  'tensor that changed': (_, parent, key, n) => {
    const { value: tensor } = Object.getOwnPropertyDescriptor(parent, key);
    if (!(tensor instanceof Tensor)) return true;
    const fields = ['data', 'shape', 'dtype', 'memoryFormat', 'size'];
    const name = fields[n % fields.length];
    const value = n % 3 === 0 ? makeJunk(n) : n % 3 === 1 ? new Float32Array(3) : [3];
    Object.defineProperty(tensor, name, { value, configurable: true });
    return false;
  },
};

function define(parent, key, get) {
  Object.defineProperty(parent, key, { get, enumerable: true, configurable: true });
}

function put(parent, key, value) {
  Object.defineProperty(parent, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function replaceObject(parent, key, make) {
  const { value } = Object.getOwnPropertyDescriptor(parent, key);
  // A module's methods need the module itself.
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return true;
  if (value instanceof Module) return true;
  put(parent, key, make(value));
  return true;
}

class HostileList extends Array {
  static get [Symbol.species]() {
    return throwing;
  }
}

/** The same elements in an array of a class that lies about them. */
function hostileArray(array, n) {
  const Base = array.constructor;
  class Lies extends Base {
    static get [Symbol.species]() {
      return n % 2 === 0 ? Int8Array : throwing;
    }
    get length() {
      return [0, super.length + 1, 2 ** 40, super.length][n % 4];
    }
    get byteLength() {
      return n % 3 === 0 ? 0 : super.byteLength;
    }
  }
  return new Lies(array.buffer, array.byteOffset, array.length);
}

/** Where in `args` something can be put in the place of something else: [object, key] pairs. */
export function places(args) {
  const found = [];
  const visit = (parent, depth) => {
    if (Object.isFrozen(parent)) return;
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(parent))) {
      if (Array.isArray(parent) && key === 'length') continue;
      found.push([parent, key]);
      if (depth < 3 && isOpen(value)) visit(value, depth + 1);
    }
  };
  visit(args, 0);
  return found;
}

/** Whether hostile code replaces what is inside; a proxy's inside it leaves alone. */
function isOpen(value) {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  if (Array.isArray(value)) return value.length <= 8;
  return [Object.prototype, Tensor.prototype].includes(Object.getPrototypeOf(value));
}
