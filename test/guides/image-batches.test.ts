import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transforms } from 'batchnorm';
import sharp from 'sharp';
import { evaluate, root } from '../scripts/bench/bench';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-batches-'));
const photos = join(folder, 'photos');
const model = join(folder, 'means.onnx');
const side = 224;
afterAll(() => rmSync(folder, { recursive: true }));

/** A user's folder with the guide's example, beside what examples/serving has installed. */
beforeAll(async () => {
  const guide = readFileSync(join(root, 'docs/image-batches.md'), 'utf8');
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(guide) ?? [];
  writeFileSync(join(folder, 'batch.mts'), code);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  symlinkSync(
    join(root, 'examples/serving/node_modules'),
    join(folder, 'node_modules'),
    'junction',
  );
  // The mean of each channel of each image.
  evaluate(`
    import { writeFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { described, encodeModel, node } from './examples/shared/onnx/encode.mjs';
    const protobuf = createRequire(${JSON.stringify(join(folder, 'node_modules/x'))})('protobufjs');
    const sizes = ['N', 3, ${side}, ${side}];
    const graph = {
      name: 'means',
      node: [
        node('GlobalAveragePool', ['images'], ['pooled']),
        node('Flatten', ['pooled'], ['means'], { axis: { i: 1 } }),
      ],
      input: [described('images', 'float32', sizes)],
      output: [described('means', 'float32', ['N', 3])],
    };
    writeFileSync(${JSON.stringify(model)}, encodeModel(protobuf, graph));
    console.log(null);
  `);
  mkdirSync(photos);
  const colours = ['#ff0000', '#00ff00', '#102030', '#808080'];
  for (const [i, background] of colours.entries()) {
    const create = { width: 300 + i, height: 200, channels: 3, background } as const;
    await sharp({ create })
      .png()
      .toFile(join(photos, `${i}.png`));
  }
  const withAlpha = { width: 20, height: 30, channels: 4, background: '#0000ff' } as const;
  await sharp({ create: withAlpha }).png().toFile(join(photos, '4.png'));
  const grey = Buffer.alloc(30 * 30, 51);
  const raw = { width: 30, height: 30, channels: 1 } as const;
  await sharp(grey, { raw }).png().toFile(join(photos, '5.png'));
  writeFileSync(join(photos, '6.jpg'), 'no image');
  writeFileSync(join(photos, 'notes.txt'), 'passed over');
});

test('the example compiles, and gives each image its row', () => {
  const tsc = [
    join(root, 'node_modules/typescript/bin/tsc'),
    ...['--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'],
    ...['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')],
    'batch.mts',
  ];
  const compiled = spawnSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8' });
  expect(compiled.stdout).toBe('');
  const ran = spawnSync(process.execPath, ['batch.mjs', model, photos], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect([ran.stderr, ran.status]).toEqual(['', 0]);

  const rows = ran.stdout.trim().split(/\n(?=\d)/);
  expect(rows.map((row) => row.split(' ')[0])).toEqual([
    ...['0.png', '1.png', '2.png', '3.png', '4.png', '5.png'],
    '6.jpg',
  ]);
  const { mean, std } = transforms.IMAGENET;
  const colours = [
    ...[
      [255, 0, 0],
      [0, 255, 0],
      [16, 32, 48],
      [128, 128, 128],
    ],
    ...[
      [0, 0, 255],
      [51, 51, 51],
    ],
  ];
  for (const [i, colour] of colours.entries()) {
    const printed =
      /\[([^\]]*)\]/
        .exec(rows[i] ?? '')?.[1]
        ?.split(',')
        .map(Number) ?? [];
    expect(printed).toHaveLength(3);
    for (const [c, byte] of colour.entries()) {
      const wanted = (byte / 255 - (mean[c] as number)) / (std[c] as number);
      // A mean of 50,176 equal values of float32, whose sum is rounded at each step.
      expect(Math.abs((printed[c] as number) - wanted)).toBeLessThan(1e-3);
    }
  }
  expect(rows[6]).toContain('6.jpg: ');
  expect(rows[6]).toContain('unsupported image format');
});
