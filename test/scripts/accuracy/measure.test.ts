import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '../bench/bench';

type Errors = Record<string, number | string>;
type Answer = { errors: Errors; runningVar?: number | string; leftOut?: string };

interface Report {
  entrants: object[];
  rows: { layer: string; layout: string; offset: number; rightVar?: number; answers: Answer[] }[];
}

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-accuracy-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ours and the fake peer over every layer, a thousand elements to a mean. */
function measured(fault = ''): Report {
  return evaluate(`
    import { layers, layouts } from 'bench/accuracy/layers.mjs';
    import { measure } from 'bench/accuracy/measure.mjs';
    import { ours } from 'bench/accuracy/ours.mjs';
    import { openPeer } from 'bench/accuracy/peers/peer.mjs';
    import { caseOf } from 'bench/accuracy/sweeps.mjs';
    const cases = [0, 1e3, 1e6, 1e8].flatMap((offset) =>
      Object.keys(layers).flatMap((layer) =>
        Object.keys(layouts).flatMap((layout) => caseOf(layer, layout, 1e3, offset))));
    const args = ['test/scripts/accuracy/fake.mjs', ${JSON.stringify(fault)}];
    const fake = await openPeer({ name: 'Fake', command: process.execPath, args }, ${JSON.stringify(folder)});
    const report = await measure(cases, [ours(), fake]);
    await fake.close();
    console.log(JSON.stringify(report));
  `) as Report;
}

const report = measured();

test('every result of ours is within 4 ulps, whatever the offset, layer and layout', () => {
  // Two roundings of the normalized value by its weight and bias, and those of its deviation and scale.
  for (const { answers } of report.rows) {
    for (const error of Object.values(answers[0]?.errors ?? {})) expect(error).toBeLessThan(4);
  }
  const names = report.rows.map(({ answers }) => Object.keys(answers[0]?.errors ?? {}).join());
  const gradients = 'output,gradInput,gradWeight';
  expect(new Set(names)).toEqual(
    new Set([gradients, `${gradients},gradBias`, `${gradients},gradBias,runningMean,runningVar`]),
  );
});

test('a library that subtracts squares is found out', () => {
  const rows = report.rows.filter(({ layer, layout }) => {
    return layer === 'batchNormTraining' && layout === 'rows';
  });
  expect(rows.map(({ offset }) => offset)).toEqual([0, 1e3, 1e6, 1e8]);
  const [at0, at1e3, at1e6] = rows.map(({ answers }) => answers[1]?.errors as Errors);
  expect(at0?.runningVar).toBeLessThan(100);
  expect(at1e3?.output).toBeGreaterThan(1e4);
  expect(at1e3?.runningVar).toBeGreaterThan(1e4);
  expect(at1e6?.runningVar).toBeGreaterThan(1e9);
  // 2 ** 23 ulps of a variance of 1 are 1.
  const { answers, rightVar = 0 } = rows[1] as Report['rows'][0];
  const off = Math.abs((answers[1]?.runningVar as number) - (rightVar * 999) / 1000);
  expect(off).toBeGreaterThan(1e4 * 2 ** -23);
});

test('a library that has no such layer is left out, with what it says', () => {
  const answers = report.rows
    .filter(({ layout }) => layout !== 'rows')
    .map((row) => row.answers[1]);
  expect(new Set(answers.map((answer) => answer?.leftOut))).toEqual(new Set(['matrices alone']));
});

test('a second run gives the same figures', () => {
  expect(measured().rows).toEqual(report.rows);
});

test('a library that dies is left out of the rest, and the others are not', () => {
  const { rows } = measured('dies');
  expect(rows.at(-1)?.answers[1]?.leftOut).toBe('Fake ended with 3');
  expect(rows.map(({ answers }) => answers[0])).toEqual(
    report.rows.map(({ answers }) => answers[0]),
  );
});
