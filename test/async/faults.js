// One fault, at every moment of an asynchronous call, in a process of its own: prints how many calls
// were whole and how many were refused, and fails where one is neither.
const assert = require('node:assert/strict');
const { ArgumentError, BatchNorm2d, functional, LayerNorm, Sequential, Tensor, randn, tensor } =
  require('../..');

const shape = [8, 4, 160, 140];
const source = randn(shape);
const moments = 40;

const turns = async (count) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};
const transfer = ({ data }) => structuredClone(data, { transfer: [data.buffer] });
const bytesOf = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** An input over this memory, with the elements of `source`. */
function over(buffer, offset = 0) {
  const data = new Float32Array(buffer, offset, source.size);
  data.set(source.data);
  return new Tensor(data, shape);
}

const resizable = () => new ArrayBuffer(4 * source.size, { maxByteLength: 8 * source.size });
const growing = () => {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 128 });
  return { x: over(memory.buffer, 64), grow: () => memory.grow(1) };
};

/** Each makes a call and what goes wrong with it. */
const faults = {
  'input transferred': () => {
    const input = source.clone();
    return { input, fault: () => transfer(input) };
  },
  'out transferred': () => {
    const out = source.clone();
    return { input: source, out, fault: () => transfer(out) };
  },
  'input, which is out too, transferred': () => {
    const input = source.clone();
    return { input, out: input, fault: () => transfer(input) };
  },
  'residual transferred': () => {
    const residual = source.clone();
    return { input: source, residual, fault: () => transfer(residual) };
  },
  'input made smaller': () => {
    const input = over(resizable());
    return { input, fault: () => input.data.buffer.resize(4 * source.size - 4) };
  },
  'input made smaller, an array that follows': () => {
    const buffer = resizable();
    over(buffer);
    const input = new Tensor(new Float32Array(buffer), shape);
    return { input, fault: () => buffer.resize(16) };
  },
  'out made empty': () => {
    const out = over(resizable());
    return { input: source, out, fault: () => out.data.buffer.resize(0) };
  },
  'WebAssembly memory grown under input and out': () => {
    const { x, grow } = growing();
    return { input: x, out: x, fault: grow };
  },
  'running mean transferred': () => ({ input: source, fault: (bn) => transfer(bn.runningMean) }),
  'weight transferred': () => ({ input: source, fault: (bn) => transfer(bn.weight) }),
};

/** Those that do no more than change values. */
const harmless = {
  'input written to': () => {
    const input = source.clone();
    return { input, fault: () => input.data.fill(Number.NaN) };
  },
  'shared input and out written to': () => {
    const [input, out] = [over(new SharedArrayBuffer(4 * source.size)), Tensor.shared(shape)];
    return {
      input,
      out,
      fault: () => {
        input.data.fill(7);
        out.data.fill(8);
      },
    };
  },
};

const layers = {
  training: () => new BatchNorm2d(4),
  evaluation: () => new BatchNorm2d(4).eval(),
  // Of channels last input a copy in another order is made.
  'another order': () => new LayerNorm(140),
  net: () => new Sequential(new BatchNorm2d(4), new BatchNorm2d(4)),
};

async function strike(make, layer, moment) {
  const { input, out, residual, fault } = make();
  const module = layers[layer]();
  const bn = module instanceof Sequential ? module.at(0) : module;
  const options = residual === undefined ? { out } : { out, residual };
  const call = module.forwardAsync(input, options).then(
    (y) => ({ y }),
    (error) => ({ error }),
  );
  await turns(moment);
  fault(bn);
  const { y, error } = await call;
  return { y, error, bn };
}

const only = (name) =>
  Object.keys(layers).filter((layer) => {
    if (/residual/.test(name)) return /training|evaluation/.test(layer);
    if (/running mean/.test(name)) return layer === 'training' || layer === 'net';
    if (/weight/.test(name)) return layer !== 'another order';
    return true;
  });

async function run(name) {
  const counts = { whole: 0, refused: 0 };
  const make = faults[name] ?? harmless[name];
  for (const layer of only(name)) {
    const plain = layers[layer]();
    const { residual } = make();
    const expected = plain.forward(source, residual === undefined ? {} : { residual });
    for (let moment = 0; moment < moments; moment += 1 + (moment >> 2)) {
      const { y, error, bn } = await strike(make, layer, moment);
      if (error === undefined) {
        counts.whole++;
        assert.deepEqual(y.shape, shape);
        if (name in faults && y.data.length > 0) assert.deepEqual(bytesOf(y), bytesOf(expected));
      } else {
        counts.refused++;
        assert(error instanceof ArgumentError, error.stack);
        assert.match(
          error.message,
          /the memory of (input|out|residual|weight|running_mean) is gone/,
        );
        if (bn instanceof BatchNorm2d) assert.equal(bn.numBatchesTracked, 0);
      }
    }
  }
  return counts;
}

const others = {
  'objects that lie': async () => {
    // An array that says it is shared, and one that says it is longer, and one with other methods.
    const spoofed = source.clone();
    Object.defineProperty(spoofed.data.buffer, Symbol.toStringTag, { value: 'SharedArrayBuffer' });
    const bn = new BatchNorm2d(4).eval();
    const call = bn.forwardAsync(spoofed);
    transfer(spoofed);
    await assert.rejects(call, /the memory of input is gone/);
    const long = new Float32Array(8);
    Object.defineProperty(long, 'length', { value: source.size });
    await assert.rejects(bn.forwardAsync({ data: long, shape }), /the memory of input is gone/);
    const methods = source.clone();
    for (const key of ['subarray', 'slice', 'set', 'buffer', 'byteOffset', 'constructor']) {
      Object.defineProperty(methods.data, key, { get: () => assert.fail(`${key} was read`) });
    }
    const y = await functional.layerNormAsync({ data: methods.data, shape }, 140);
    assert.deepEqual(bytesOf(y), bytesOf(functional.layerNorm(source, 140)));
    // A tensor whose memory is another one each time that it is asked for.
    const changing = Tensor.shared(shape);
    const { data } = changing;
    let reads = 0;
    Object.defineProperty(changing, 'data', {
      get: () => (reads++ % 2 === 0 ? data : source.data.slice()),
    });
    for (let i = 0; i < 20; i++) await bn.forwardAsync(changing, { out: changing }).catch(() => {});
    // Statistics that hand out themselves in place of copies.
    const mean = new Float64Array(4);
    mean.slice = () => mean;
    const invstd = Float64Array.of(1, 1, 1, 1);
    const backward = functional.batchNormBackwardAsync(source, source, { mean, invstd });
    structuredClone(mean, { transfer: [mean.buffer] });
    await backward;
    return 'done';
  },
  '1,000 calls with one signal': async () => {
    const warnings = [];
    process.on('warning', (warning) => warnings.push(String(warning)));
    const { signal } = new AbortController();
    const bn = new BatchNorm2d(1);
    const small = tensor([1, 2, 3, 4], [2, 1, 1, 2]);
    const calls = Array.from({ length: 1000 }, () => bn.forwardAsync(small, { signal }));
    await Promise.all(calls);
    await turns(3);
    assert.equal(bn.numBatchesTracked, 1000);
    assert.equal(require('node:events').getEventListeners(signal, 'abort').length, 0);
    return warnings;
  },
  'a process that ends in the middle': async () => {
    for (let i = 0; i < 4; i++) void new BatchNorm2d(4).forwardAsync(source);
    await turns(2);
    setImmediate(() => process.exit());
    return 'done';
  },
};

const name = process.argv[2];
const answer = name in others ? others[name]() : run(name);
answer.then((value) => console.log(JSON.stringify(value)));
