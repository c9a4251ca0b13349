import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ArgumentError,
  BatchNorm2d,
  DTypeError,
  type FileError,
  loadSafetensors,
  loadSafetensorsMetadata,
  randn,
  Sequential,
  ShapeError,
  saveSafetensors,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { safetensors, temporaryFolder } from '../formats/files';

const { file } = temporaryFolder();
const temporaries = () => readdirSync(file('.')).filter((name) => name.endsWith('.tmp'));

function saved(stateDict: object, options?: object): ReturnType<typeof loadSafetensors> {
  saveSafetensors(file('some.safetensors'), stateDict as never, options as never);
  return loadSafetensors(file('some.safetensors'));
}

describe('what is saved comes back', () => {
  test('as a state dict that loads', () => {
    const net = () => new Sequential(new BatchNorm2d(3), new BatchNorm2d(3, { dtype: 'float64' }));
    const trained = net();
    trained[0]?.forward(randn([4, 3, 2, 2]));
    const dict = saved(trained.stateDict());
    expect(dict['0.num_batches_tracked']).toBe(1);
    expect(dict['1.weight']).toBeInstanceOf(Tensor);
    const other = net();
    other.loadStateDict(dict);
    expect(other.stateDict()).toEqual(trained.stateDict());
  });

  test('from whatever stands for a tensor', () => {
    const six = Float32Array.of(0, 1, 2, 3, 4, 5);
    const shared = new Float32Array(new SharedArrayBuffer(24));
    shared.set(six);
    const dict = saved({
      shaped: { data: six, shape: [2, 3] },
      dims: { data: six, dims: [6] },
      strided: { data: six, shape: [2], stride: [1], offset: 4 },
      view: tensor(six.subarray(2, 5)),
      shared: tensor(shared),
      none: tensor([]),
      number: tensor(0.5),
    });
    expect(dict.shaped).toEqual(tensor([[0, 1, 2], [3, 4, 5]])); // biome-ignore format: a matrix
    expect(dict.dims).toEqual(tensor(six));
    expect(dict.strided).toEqual(tensor([4, 5]));
    expect(dict.view).toEqual(tensor([2, 3, 4]));
    expect(dict.shared).toEqual(tensor(six));
    expect(dict.none).toEqual(tensor([]));
    expect(dict.number).toEqual(tensor(0.5));
  });

  test('channels last in logical order', () => {
    const x = randn([2, 3, 4, 5], { memoryFormat: 'channelsLast' });
    expect(saved({ x }).x).toEqual(x.to({ memoryFormat: 'contiguous' }));
  });

  test('numbers and bigints as counters', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const dict = saved({ a: 3, b: -0, c: most, d: -most, e: 4n, f: 2n ** 53n, g: -(2n ** 63n) });
    const alone = (value: bigint) => ({ dtype: 'int64', data: BigInt64Array.of(value), shape: [] });
    expect(dict).toEqual({
      a: 3,
      b: 0,
      c: most,
      d: -most,
      e: 4,
      f: alone(2n ** 53n),
      g: alone(-(2n ** 63n)),
    });
  });

  test('integers and Booleans', () => {
    const dict = saved({
      bytes: { data: Buffer.from([1, 2]), shape: [2] },
      ids: { data: Int32Array.of(1, -2), shape: [1, 2] },
      onnx: { data: Uint8Array.of(1, 0), dims: [2], type: 'bool' },
      mask: { data: Uint8Array.of(0, 1), shape: [2], dtype: 'bool' },
    });
    expect(dict).toEqual({
      bytes: { dtype: 'uint8', data: Uint8Array.of(1, 2), shape: [2] },
      ids: { dtype: 'int32', data: Int32Array.of(1, -2), shape: [1, 2] },
      onnx: { dtype: 'bool', data: Uint8Array.of(1, 0), shape: [2] },
      mask: { dtype: 'bool', data: Uint8Array.of(0, 1), shape: [2] },
    });
  });

  test('nothing too, and metadata', () => {
    expect(saved({})).toEqual({});
    expect(loadSafetensorsMetadata(file('some.safetensors'))).toEqual({});
    const metadata = { epoch: '3', 'é\n"\\': '\u{1f600}', __metadata__: '' };
    expect(saved({}, { metadata })).toEqual({});
    expect(loadSafetensorsMetadata(file('some.safetensors'))).toEqual(metadata);
  });

  test('under a URL', () => {
    const url = pathToFileURL(file('a b.safetensors'));
    saveSafetensors(url, { a: 1 });
    expect([loadSafetensors(url), loadSafetensors(file('a b.safetensors'))]).toEqual([
      { a: 1 },
      { a: 1 },
    ]);
  });
});

describe('memory', () => {
  const megabyte = 2 ** 20;
  const taken = (action: () => unknown) => {
    const before = process.memoryUsage().arrayBuffers;
    action();
    return (process.memoryUsage().arrayBuffers - before) / megabyte;
  };

  test('is taken for the tensors, not for the file beside them', () => {
    const dict = { a: zeros([2 * megabyte]), b: zeros([megabyte], { dtype: 'float64' }) };
    const path = file('large.safetensors');
    expect(taken(() => saveSafetensors(path, dict))).toBeLessThan(1);
    expect(taken(() => loadSafetensors(path))).toBeLessThan(17); // 8 and 8
    expect(taken(() => loadSafetensorsMetadata(path))).toBeLessThan(1);
  });

  test('of what was float16 is that of float32', () => {
    const entry = { dtype: 'F16', shape: [megabyte], data_offsets: [0, 2 * megabyte] };
    const path = file('halves.safetensors', safetensors({ entry }, Buffer.alloc(2 * megabyte)));
    expect(taken(() => loadSafetensors(path))).toBeLessThan(5); // 4
  });
});

describe('what cannot be saved is refused, and leaves the file as it was', () => {
  const good = tensor([1]);
  const gone = tensor([1, 2]);
  structuredClone(gone.data, { transfer: [gone.data.buffer as ArrayBuffer] });
  const ints = Int32Array.of(1, 2);
  const refused: [object, typeof ShapeError | typeof DTypeError | typeof ArgumentError, string][] =
    [
      [{ a: 0.5 }, ArgumentError, '"a" should be a tensor or an integer of 64 bits, got 0.5'],
      [{ a: 2 ** 53 }, ArgumentError, 'got 9007199254740992'],
      [{ a: Number.NaN }, ArgumentError, 'got NaN; tensor(x) makes a tensor of any number'],
      [{ a: 2n ** 63n }, ArgumentError, 'got a bigint beyond 64 bits'],
      [{ a: null }, ArgumentError, 'saveSafetensors: "a" must be a Tensor'],
      [{ a: 'text' }, ArgumentError, `saveSafetensors: "a" must be a Tensor`],
      [{ a: { data: [1], shape: [1] } }, DTypeError, 'data must be a Float32Array'],
      [{ a: { data: ints, shape: [3] } }, ShapeError, 'data has 2 elements, but shape [3] needs 3'],
      [{ a: { data: ints } }, ArgumentError, '"a": shape must be an array of integers'],
      [
        { a: { data: ints, shape: [2], dtype: 'int64' } },
        DTypeError,
        "'int64' does not go with Int32",
      ],
      [
        { a: { data: new Uint16Array(2), dims: [2], type: 'float16' } },
        DTypeError,
        "dtype 'float16' is not written: pass the values as float32, in a Float32Array",
      ],
      [{ a: { data: ints, shape: [2], stride: [1] } }, ArgumentError, 'got an ndarray'],
      [{ a: gone }, ArgumentError, 'the memory of "a" is gone'],
      [{ __metadata__: good }, ArgumentError, 'keeps the key __metadata__ for itself'],
      [{ '\ud800': good }, ArgumentError, 'has half a surrogate pair in it'],
      [new Map([['a', good]]), ArgumentError, 'the state dict should be a plain object, got Map'],
      [[good], ArgumentError, 'the state dict should be a plain object, got Array'],
    ];

  test.each(refused)('%p', (dict, type, message) => {
    saveSafetensors(file('old.safetensors'), { a: 1 });
    const call = () => saveSafetensors(file('old.safetensors'), { first: good, ...dict } as never);
    const plain = Array.isArray(dict) || dict instanceof Map;
    const direct = () => saveSafetensors(file('old.safetensors'), dict as never);
    expectRefused(plain ? direct : call, type, message);
    expect(loadSafetensors(file('old.safetensors'))).toEqual({ a: 1 });
    expect(temporaries()).toEqual([]);
  });

  test('a module is not its state dict', () => {
    const message = 'got a BatchNorm2d: pass its stateDict()';
    const call = () => saveSafetensors(file('module'), new BatchNorm2d(2) as never);
    expectRefused(call, ArgumentError, message);
    expect(existsSync(file('module'))).toBe(false);
  });

  test.each<[object, string]>([
    [{ metadata: { a: 1 } }, 'metadata "a" should be a string, got 1'],
    [{ metadata: ['a'] }, 'metadata should be a plain object, got Array'],
    [{ metadata: { a: '\udc00' } }, 'has half a surrogate pair in it'],
    [{ meta: {} }, "unknown option 'meta', the options are metadata"],
  ])('options %p', (options, message) => {
    expectRefused(() => saved({}, options), ArgumentError, message);
  });

  test('paths that are none', () => {
    const message = "path should be a file's, as a string or URL, got ";
    for (const path of ['', undefined, 'a\0b', 3, new URL('https://example.com/a')]) {
      expectRefused(() => saveSafetensors(path as string, {}), ArgumentError, message);
    }
    for (const path of ['', 'a\0b']) {
      expectRefused(() => loadSafetensors(path), ArgumentError, message);
    }
  });
});

describe('the file', () => {
  const codeOf = (path: string) => {
    try {
      saveSafetensors(path, { a: 1 });
    } catch (error) {
      expect((error as Error).message).toMatch(`cannot write ${path}: `);
      return (error as FileError).code;
    }
    throw new Error('nothing was thrown');
  };

  const library = JSON.stringify(join(__dirname, '../../dist/index.js'));
  const save = `
    const { saveSafetensors, zeros } = require(${library});
    saveSafetensors(process.argv[1], { a: zeros([1e6]) });`;

  // Process numbers are alike, and the temporary file's name is shown.
  const alike = `
    Object.defineProperty(process, 'pid', { value: 1 });
    const calls = require('node:fs');
    const { renameSync } = calls;
    calls.renameSync = (from, to) => { process.stdout.write(from); renameSync(from, to); };`;

  test('keeps its mode, and stays where a link leads', () => {
    writeFileSync(file('real'), 'old');
    chmodSync(file('real'), 0o666); // more than the umask leaves to new files
    symlinkSync(file('real'), file('link'));
    saveSafetensors(file('link'), { a: 1 });
    expect(loadSafetensors(file('real'))).toEqual({ a: 1 });
    expect(realpathSync(file('link'))).toBe(realpathSync(file('real')));
    expect(statSync(file('real')).mode & 0o777).toBe(0o666);
  });

  test('is made where a link leads to nothing yet', () => {
    mkdirSync(file('kept/deep'), { recursive: true });
    symlinkSync('kept/deep', file('way'));
    symlinkSync('../made', file('kept/deep/second')); // of kept/, not of the folder of the link way
    symlinkSync('way/second', file('dangling'));
    saveSafetensors(file('dangling'), { a: 1 });
    expect(loadSafetensors(file('kept/made'))).toEqual({ a: 1 });
    expect(lstatSync(file('dangling')).isSymbolicLink()).toBe(true);
    symlinkSync('no/folder', file('astray'));
    expect(codeOf(file('astray'))).toBe('ENOENT');
    symlinkSync('round', file('round'));
    expect(codeOf(file('round'))).toBe('ELOOP');
    expect(temporaries()).toEqual([]);
  });

  test('does away with no other file, whatever that is called', () => {
    const taken = file(`new.${process.pid}-0.tmp`, 'of somebody else');
    saveSafetensors(file('new'), { a: 1 });
    expect(readFileSync(taken, 'utf8')).toBe('of somebody else');
    rmSync(taken);
  });

  test('has a temporary name of its own in each process, those of two containers too', () => {
    const args = ['-e', alike + save, file('shared')];
    const names = [1, 2].map(() => spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
    expect(names[0]).toMatch(/shared\.[0-9a-f]{16}\.tmp$/);
    expect(names[0]).not.toBe(names[1]);
  });

  test('that cannot be written is the error of the system', () => {
    mkdirSync(file('folder'));
    expect(codeOf(file('folder'))).toBe('EISDIR');
    expect(codeOf(file('no/folder'))).toBe('ENOENT');
    expect(codeOf('/dev/full')).toBe('ENOSPC');
    expect(temporaries()).toEqual([]);
  });

  test.each(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', 'out'])(
    'of an open descriptor is written to, not replaced: %s',
    (path) => {
      if (path === 'out') symlinkSync('/dev/stdout', file('out'));
      const around = `console.log('before'); ${save} console.log('after');`;
      const target = path === 'out' ? file('out') : path;
      const redirected = 'exec "$0" -e "$1" "$2" >"$3"';
      const args = ['-c', redirected, process.execPath, around, target, file('redirected')];
      expect(spawnSync('bash', args, { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
      const written = readFileSync(file('redirected'));
      expect(written.toString('latin1', 0, 7)).toBe('before\n');
      expect(written.toString('latin1', written.length - 6)).toBe('after\n');
      const between = file('between', written.subarray(7, -6));
      expect(loadSafetensors(between).a).toMatchObject({ shape: [1e6] });
      expect(temporaries()).toEqual([]);
    },
  );

  test('of a pipe behind /dev/stdout is written to', () => {
    const piped = '"$0" -e "$1" /dev/stdout | cat >"$2"';
    spawnSync('bash', ['-c', piped, process.execPath, save, file('piped')]);
    expect(loadSafetensors(file('piped')).a).toMatchObject({ shape: [1e6] });
  });

  test('is the old one where there is no room for a new one', () => {
    saveSafetensors(file('old'), { a: 1 });
    const limited = 'ulimit -f 1024; exec "$@"'; // no file may be longer than 1 MB
    const args = ['-c', limited, '-', process.execPath, '-e', save, file('old')];
    const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/FileError: cannot write .*old: EFBIG/);
    expect(loadSafetensors(file('old'))).toEqual({ a: 1 });
    expect(temporaries()).toEqual([]);
  });

  test.each(['writeSync', 'fsyncSync', 'renameSync'])(
    'is the old one after a crash in %s',
    (name) => {
      saveSafetensors(file('old'), { a: 1 });
      const crash = `const calls = require('node:fs');
      calls.${name} = () => { process.kill(process.pid, 'SIGKILL'); for (;;); };`;
      const args = ['-e', crash + save, file('old')];
      expect(spawnSync(process.execPath, args).signal).toBe('SIGKILL');
      expect(loadSafetensors(file('old'))).toEqual({ a: 1 });
      expect(temporaries()).toHaveLength(1);
      for (const temporary of temporaries()) rmSync(file(temporary));
    },
  );
});
