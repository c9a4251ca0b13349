import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const example = join(__dirname, '..', '..', 'examples', 'mnist-stats');
const main = join(example, 'main.mjs');

function run(...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

describe('on the 60,000 images', () => {
  const { status, stdout, stderr } = run();
  const figures = (label: string) => {
    const [, mean, std] = new RegExp(`^${label} +(\\S+) +(\\S+)`, 'm').exec(stdout) ?? [];
    return [mean, std];
  };

  test('it runs to its end, quietly where there is no terminal', () => {
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('60000/60000 images\n');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\r');
  });

  test('the exact mean and deviation are the well-known figures', () => {
    expect(figures('well known')).toEqual(['0.1307', '0.3081']);
    expect(figures('exact')).toEqual(['0.1307', '0.3081']);
  });

  test('the running statistics are those of PyTorch', () => {
    // torch.nn.BatchNorm2d(1, momentum=None) over the same batches: 0.130614 and 0.307924
    expect(figures('running statistics')).toEqual(['0.1306', '0.3079']);
    expect(stdout).toContain('running_mean         tensor([0.1306])\n');
    expect(stdout).toContain('num_batches_tracked  235\n');
  });

  test('a normalized batch has mean 0 and variance 1', () => {
    const [, mean] = /^mean +tensor\(\[(.*?)\]/m.exec(stdout) ?? [];
    const [, variance] = /^variance +tensor\(\[(.*?)\]/m.exec(stdout) ?? [];
    expect(Math.abs(Number(mean))).toBeLessThan(1e-6);
    // 1 / (1 + eps / 0.3081^2)
    expect(Number(variance)).toBeCloseTo(0.9999, 4);
  });

  test('the throughput stands beside that of copying', () => {
    for (const name of ['BatchNorm2d', 'BatchNorm1d', 'copying']) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\d+\\.\\d GB/s$`, 'm'));
    }
    expect(stdout).toMatch(/^SIMD target \S+ of /m);
  });
});

describe('on other files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'batchnorm-mnist-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const idx = (count: number, bytes: number) => {
    const header = Buffer.alloc(16);
    for (const [i, value] of [0x803, count, 2, 2].entries()) header.writeUInt32BE(value, 4 * i);
    return Buffer.concat([header, Buffer.from(Array.from({ length: bytes }, (_, i) => i))]);
  };

  test('a missing file is said in one line', () => {
    const { status, stderr } = run(join(folder, 'missing'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot read the images \(ENOENT: .*missing'\)\..*npm install.*\n$/);
  });

  test.each([
    ['something else', Buffer.from('no images at all'), 'is not an IDX file of images'],
    ['an empty file', Buffer.alloc(0), 'is not an IDX file of images'],
    ['a file that is cut off', idx(3, 11), 'should hold 3 images of 2 x 2, but is cut off'],
  ])('%s is refused', (_, contents, message) => {
    const path = join(folder, 'images');
    writeFileSync(path, contents);
    const { status, stderr } = run(path);
    expect(status).toBe(1);
    expect(stderr).toBe(`${path} ${message}\n`);
  });

  test('the average over batches and the exact figures are told apart', () => {
    const path = join(folder, 'images');
    // 256 black images, then a batch of two white ones
    writeFileSync(path, Buffer.concat([idx(258, 0), Buffer.alloc(256 * 4), Buffer.alloc(8, 255)]));
    const { stdout } = run(path);
    expect(stdout).toMatch(/^running statistics +0\.5000 +0\.0000 /m);
    // 1 / 129 and sqrt(1 / 129 * 128 / 129)
    expect(stdout).toMatch(/^exact +0\.0078 +0\.0877 /m);
  });
});

describe('where a read gives fewer bytes than it is asked for', () => {
  // A file of 5 images of 3 bytes, of which no read gives more than 4 bytes.
  const pixelsOf = (size: number) => {
    const script = `
      import { batches } from ${JSON.stringify(join(example, '../shared/idx.mjs'))};
      const bytes = Uint8Array.from({ length: ${size} }, (_, i) => i);
      const file = {
        async read(buffer, offset, length, position) {
          const part = bytes.subarray(position, position + Math.min(length, 4));
          buffer.set(part, offset);
          return { buffer, bytesRead: part.length };
        },
      };
      const all = [];
      for await (const { pixels } of batches({ file, count: 5, rows: 1, columns: 3 }, 2)) {
        all.push([...pixels]);
      }
      console.log(JSON.stringify(all));`;
    const args = ['--input-type=module', '-e', script];
    return spawnSync(process.execPath, args, { encoding: 'utf8' });
  };

  test('every pixel is read', () => {
    const { stdout, stderr } = pixelsOf(16 + 15);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      [16, 17, 18, 19, 20, 21],
      [22, 23, 24, 25, 26, 27],
      [28, 29, 30],
    ]);
  });

  test('a file that ends before its header says is refused', () => {
    const { status, stderr } = pixelsOf(16 + 14);
    expect(status).toBe(1);
    expect(stderr).toContain('ImagesError: The images end before their header says');
  });
});

describe('on a terminal', () => {
  // script gives its child a pseudo-terminal, and writes what appears there.
  const { stdout: screen } = spawnSync(
    'script',
    ['-qec', `"${process.execPath}" "${main}"`, '/dev/null'],
    { encoding: 'utf8', env: { ...process.env, TERM: 'xterm', COLUMNS: '120' } },
  );

  test('a bar grows in one line, to the last image', () => {
    const lines = screen.split('\n').filter((line) => line.includes('░'));
    expect(lines).toHaveLength(1);
    const bars = screen.split('\u001b[1G').slice(1);
    const done = bars.map((bar) => Number(/\| (\d+)\/60000 images/.exec(bar)?.[1]));
    expect(done.length).toBeGreaterThan(1);
    expect(done[0]).toBe(0);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(60_000);
    expect(bars.at(-1)).toContain('100%');
    expect(screen).not.toContain('60000/60000 images\n');
  });

  test('the figures follow', () => {
    expect(screen).toMatch(/100% [\s\S]*^exact +0\.1307 +0\.3081/m);
  });
});
