import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../scripts/bench/bench';
import { syntheticRecord } from '../study/report/synthetic-record';

const draw = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/report-picture.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
  });

test('the picture of a report has the colours of both networks, and is small', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-picture-'));
  const [record, picture] = [join(folder, 'record.json'), join(folder, 'picture.png')];
  writeFileSync(record, JSON.stringify(syntheticRecord()));
  expect(draw(record, picture)).toMatchObject({ status: 0, stderr: '' });
  const png = readFileSync(picture);
  rmSync(folder, { recursive: true });

  expect(png.length).toBeLessThan(300_000);
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect(info.width).toBeGreaterThan(1900);
  const counts = { batchNorm: 0, plain: 0, white: 0 };
  for (let i = 0; i < data.length; i += info.channels) {
    const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
    if (r === 255 && g === 255 && b === 255) counts.white++;
    // #0068a8 and #b34700, as near as the palette has them.
    if (r < 24 && b - r > 120) counts.batchNorm++;
    if (b < 24 && r - b > 140) counts.plain++;
  }
  // A curve of 800 points' length and 2 points' breadth has 6,400 pixels.
  expect(counts.batchNorm).toBeGreaterThan(6400);
  expect(counts.plain).toBeGreaterThan(6400);
  expect(counts.white).toBeGreaterThan(0.8 * info.width * info.height);
});

test('without a record it says what it wants', () => {
  expect(draw()).toMatchObject({
    status: 2,
    stderr: 'usage: node scripts/report-picture.mjs RECORD.json PICTURE.png\n',
  });
});
