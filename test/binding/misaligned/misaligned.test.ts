import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, functional as F } from 'batchnorm';
import { Status } from '../../../lib/native';
import { arraysOf, calls, make, withArguments } from '../calls';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-misaligned-'));

function compileAddon(): { misalignedBuffer(): ArrayBuffer } {
  const addon = join(folder, 'misaligned.node');
  const { include_dir } = require('node-api-headers');
  const lateSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const source = join(__dirname, 'misaligned-buffer.cc');
  execFileSync('c++', [
    '-shared',
    '-fPIC',
    ...lateSymbols,
    `-I${include_dir}`,
    source,
    '-o',
    addon,
  ]);
  return require(addon);
}

const buffer = compileAddon().misalignedBuffer();

// The addon stays loaded: its file is of no more use.
afterAll(() => rmSync(folder, { recursive: true }));

const types = [Float32Array, Float64Array];
const cases = types.flatMap((Type) =>
  calls(Type).flatMap((call) =>
    arraysOf(call).map(([name, array]) => [call.name, name, array, call] as const),
  ),
);

test.each(cases)('%s refuses a misaligned %s', (_, name, array, call) => {
  const Type = types.find((type) => array instanceof type) as Float32ArrayConstructor;
  const misaligned = new Type(buffer, 0, array.length);
  expect(make(withArguments(call, { [name]: misaligned }))).toBe(Status.misaligned);
});

test('the error says what to do', () => {
  const data = new Float32Array(buffer, 0, 6);
  const act = () => F.moments({ data, shape: [3, 2] });
  expect(act).toThrow(ArgumentError);
  expect(act).toThrow(/^moments: an array starts at .* copy it into one of its own$/);
});
