import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, root } from '../scripts/bench/bench';

const [samples, channels, pixels] = [2, 4, 6];

/** The sets that the scripts find in a layer over (2, 4, 2, 3), each as places (n, c, pixel). */
function setsOf(layer: string): string[][] {
  const sets = evaluate(`
    import * as batchnorm from 'batchnorm';
    import { sharedMeans } from './scripts/pictures/shared-means.mjs';
    const layer = new batchnorm.${layer};
    console.log(JSON.stringify(sharedMeans(layer, [${samples}, ${channels}, 2, 3])));
  `) as number[];
  const found: string[][] = [];
  sets.forEach((set, i) => {
    const place = [Math.floor(i / (channels * pixels)), Math.floor(i / pixels) % channels];
    found[set] = [...(found[set] ?? []), [...place, i % pixels].join()];
  });
  return found;
}

/** The sets of all places that have a key in common, in the order of memory. */
function byKey(key: (n: number, c: number) => string): string[][] {
  const sets = new Map<string, string[]>();
  for (let n = 0; n < samples; n++) {
    for (let c = 0; c < channels; c++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        sets.set(key(n, c), [...(sets.get(key(n, c)) ?? []), [n, c, pixel].join()]);
      }
    }
  }
  return [...sets.values()];
}

test.each([
  ['BatchNorm2d(4)', byKey((_, c) => `${c}`)],
  ['LayerNorm([4, 2, 3])', byKey((n) => `${n}`)],
  ['InstanceNorm2d(4)', byKey((n, c) => `${n} ${c}`)],
  ['GroupNorm(2, 4)', byKey((n, c) => `${n} ${c >> 1}`)],
])('%s shares means where it should', (layer, expected) => {
  expect(setsOf(layer)).toEqual(expected);
});

test('the picture in docs/ is what the script draws', () => {
  const drawn = evaluate(`
    import { svg } from './bench/charts/svg.mjs';
    import { kindsPicture } from './scripts/pictures/kinds.mjs';
    console.log(JSON.stringify(await svg(kindsPicture())));
  `);
  expect(drawn).toBe(readFileSync(join(root, 'docs/normalization-kinds.svg'), 'utf8'));
});
