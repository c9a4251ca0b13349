import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Clone, type Machine, packages } from '../clone';

const peers = join(__dirname, '../../../bench/peers');
// Not the Python of the real machine, which a script would look for next.
const python = 'PYTHON=python3';

let clone: Clone;
afterEach(() => clone.remove());

function install(machine: Machine, ...args: string[]) {
  clone = new Clone(machine);
  for (const file of ['package.json', 'package-lock.json']) {
    clone.write(`bench/peers/node-packages/${file}`, '{}');
  }
  return clone.run('env', python, 'node', 'scripts/bench-install-peers.mjs', ...args);
}

const npmCall = 'npm ci --ignore-scripts --no-audit --no-fund';

describe('npm run bench:install-peers', () => {
  test('installs Node packages and what Debian has', () => {
    const { status, output, calls } = install({ installed: ['g++'] });
    expect(output).toContain(`Installing with apt-get: ${packages.peers.join(' ')}\n`);
    expect(calls[0]).toBe(npmCall);
    expect(calls.at(-1)).toMatch(new RegExp(`^apt-get install .* ${packages.peers.join(' ')}$`));
    expect(status).toBe(0);
  });

  test('leaves what is there', () => {
    const { status, calls } = install({});
    expect([calls, status]).toEqual([[npmCall], 0]);
  });

  test("installs pip's PyTorch instead of Debian's where it is asked to", () => {
    const installed = ['g++', 'libdnnl-dev', 'nlohmann-json3-dev'];
    const { status, calls } = install({ installed }, '--pip-torch');
    expect(calls).toEqual([
      npmCall,
      expect.stringMatching(/^python3 -m venv .*\/build\/peers\/venv$/),
      'python -m pip install --upgrade torch numpy',
    ]);
    expect(status).toBe(0);
  });

  test('installs what accuracy measures in Python where it is asked to', () => {
    const { status, calls } = install({}, '--python');
    expect(calls).toEqual([
      npmCall,
      expect.stringMatching(/^python3 -m venv .*\/build\/peers\/venv$/),
      'python -m pip install --upgrade onnxruntime jax flax keras',
    ]);
    expect(status).toBe(0);
  });

  test('says what to install where it may not', () => {
    const { status, output } = install({ installed: ['g++'], superuser: false });
    const missing = 'Missing: oneDNN 2; JSON for Modern C++; PyTorch. Please run: ';
    const command = `sudo apt-get update && sudo apt-get install ${packages.peers.join(' ')}\n`;
    expect(output).toContain(missing + command);
    expect(status).toBe(1);
  });
});

test('each peer of accuracy that is missing says so, and what installs it', () => {
  clone = new Clone({ installed: ['g++'] });
  for (const name of ['bench', 'examples/shared']) {
    cpSync(join(__dirname, '../../..', name), join(clone.folder, name), { recursive: true });
  }
  clone.write(
    'open.mjs',
    `import { openPeers } from './bench/accuracy/peers/index.mjs';
     console.log(JSON.stringify(await openPeers('.')));`,
  );
  const { last = '' } = clone.run('env', python, 'node', 'open.mjs');
  const { participants, missing } = JSON.parse(last);
  expect(participants).toEqual([]);
  const inPython = (name: string, modules: string, option: string) => ({
    name,
    missing: `no Python with ${modules}; npm run bench:install-peers -- ${option} installs it`,
  });
  const inNode = (name: string) => ({ name, missing: expect.stringMatching(/install-peers/) });
  expect(missing).toEqual([
    inPython('PyTorch', 'torch and numpy', '--pip-torch'),
    { name: 'oneDNN', missing: expect.stringMatching(/^no oneDNN 2, no JSON.*install-peers/) },
    inPython('onnxruntime', 'onnxruntime', '--python'),
    inNode('onnxruntime-node'),
    inPython('Flax', 'jax and flax', '--python'),
    inPython('Keras', 'jax and keras', '--python'),
    inNode('TensorFlow.js wasm'),
    inNode('TensorFlow.js cpu'),
  ]);
});

test('each peer that is missing says so, and what installs it', () => {
  clone = new Clone({ installed: ['g++'] });
  cpSync(peers, join(clone.folder, 'bench/peers'), { recursive: true });
  // Stands for this package, which a peer would be compared with.
  const names = [
    'BatchNorm1d',
    'BatchNorm2d',
    'BatchNorm3d',
    'full',
    'manualSeed',
    'rand',
    'randn',
  ];
  clone.write('node_modules/batchnorm/index.js', names.map((n) => `exports.${n} = 0;`).join('\n'));
  clone.write(
    'open.mjs',
    `import { openPeers } from './bench/peers/index.mjs';
     console.log(JSON.stringify(await openPeers()));`,
  );
  const { last = '' } = clone.run('env', python, 'node', 'open.mjs');
  expect(JSON.parse(last)).toEqual([
    { name: 'PyTorch', missing: expect.stringMatching(/no Python with PyTorch; .*install-peers/) },
    { name: 'oneDNN', missing: expect.stringMatching(/^no oneDNN 2, no JSON.*install-peers/) },
    {
      name: 'onnxruntime-node',
      missing: expect.stringMatching(/^no onnxruntime-node, no protobufjs; .*install-peers/),
    },
    {
      name: 'TensorFlow.js wasm',
      missing: expect.stringMatching(/^no @tensorflow\/tfjs, no .*install-peers/),
    },
  ]);
});
