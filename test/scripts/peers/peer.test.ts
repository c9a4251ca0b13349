import { join } from 'node:path';
import { inNode } from './in-node';

const fake = join(__dirname, 'fake.mjs');

/** What `body` returns, with the peer of fake.mjs open, and a way to read what it was asked. */
function withPeer(fault: string, body: string) {
  const script = `exec "$0" "$1" "$2" 2>"$3"`;
  return inNode(
    'openPeer',
    'peer.mjs',
    `const { readFileSync, mkdtempSync, rmSync } = await import('node:fs');
     const folder = mkdtempSync((await import('node:os')).tmpdir() + '/batchnorm-peer-');
     const log = folder + '/log';
     const args = ['-c', ${JSON.stringify(script)}, process.execPath, ${JSON.stringify(fake)},
       '${fault}', log];
     const peer = await openPeer({ name: 'Fake', command: 'sh', args });
     const asked = () => readFileSync(log, 'utf8').trim().split(' ');
     const large = { shape: [8, 16, 9, 9], dtype: 'float32', memoryFormat: 'contiguous' };
     try {
       ${body}
     } finally {
       await peer.close();
       rmSync(folder, { recursive: true });
     }`,
  );
}

test('a peer tells its version and threads', () => {
  const { name, version, threads } = withPeer('', 'return peer;');
  expect([name, version, threads]).toEqual(['Fake', '1.2.3', 1]);
});

test('prepare gives the passes that the peer can do, and why not the others', () => {
  const body = `const passes = Object.keys(await peer.prepare(large));
    return { passes, leftOut: peer.leftOut };`;
  expect(withPeer('', body)).toEqual({
    passes: ['eval', 'training'],
    leftOut: { backward: 'no gradients' },
  });
});

test('each pass runs once before it is timed, and as often as it is told', () => {
  const body = `const passes = await peer.prepare(large);
    const times = [await passes.eval(), await passes.training(50)];
    return { times, asked: asked() };`;
  expect(withPeer('', body)).toEqual({
    times: [0.5, 0.5],
    asked: ['tiny', 'release', 'prepare', 'eval*1', 'training*1', 'eval*1', 'training*50'],
  });
});

test('each rank, dtype and memory format is compared once', () => {
  const body = `await peer.prepare(large);
    await peer.prepare({ ...large, shape: [2, 16, 5, 5] });
    await peer.prepare({ ...large, dtype: 'float64' });
    await peer.prepare({ ...large, memoryFormat: 'channelsLast' });
    await peer.prepare({ ...large, shape: [2, 16, 5] });
    return asked().filter((each) => each === 'tiny' || each === 'prepare');`;
  const once = ['tiny', 'prepare'];
  expect(withPeer('', body)).toEqual([...once, 'prepare', ...once, ...once, ...once]);
});

test('a peer whose results are others is refused', () => {
  const body = 'return await peer.prepare(large).catch(({ message }) => message);';
  expect(withPeer('wrong', body)).toMatch(
    /^Fake 1\.2\.3 disagrees with batchnorm: output of training for \(6, 16, 3, 4\), float32, contiguous: -?\d.* instead of -?\d.* at \d+$/,
  );
});

test('a pass that takes seconds is left out', () => {
  const body = `const passes = Object.keys(await peer.prepare(large));
    return { passes, reason: peer.leftOut.training };`;
  expect(withPeer('slow', body)).toEqual({ passes: ['eval'], reason: 'takes 6.7 s' });
});

test('a pass that fails is left out, and the others are not', () => {
  const body = `const passes = Object.keys(await peer.prepare(large));
    return { passes, reason: peer.leftOut.eval };`;
  expect(withPeer('fails', body)).toEqual({
    passes: ['training'],
    reason: 'Fake: Error: too large',
  });
});
