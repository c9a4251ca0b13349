import { report as ofBench } from '../bench/report';

const { date, machine } = ofBench as { date: string; machine: object };

function row(layer: string, layout: string, offset: number, answers: unknown[]) {
  const shape = layout === 'rows' ? [1e4, 4] : [2, 4, 5, 1e3];
  return { layer, layout, size: 1e4, offset, shape, rightVar: 1, answers };
}

const oursInTraining = { output: 1.5, gradInput: 0.8, gradWeight: 0.3, runningVar: 0.5 };

/** A report with known figures: of ours, of a library on one thread, and on two. */
export const report = {
  date,
  machine,
  entrants: [
    { name: 'batchnorm', version: '1.2.3', threads: 1 },
    { name: 'Other', version: '7', threads: 1 },
    { name: 'Other', version: '7', threads: 2 },
  ],
  missing: [{ name: 'Absent', missing: 'npm install it' }],
  rows: [
    row('batchNormTraining', 'channelsLast', 0, [
      { errors: { output: 1.4, runningVar: 0.2 }, runningVar: 1 },
      { errors: { output: 1.5, runningVar: 0.9 }, runningVar: 1 },
      { errors: { output: 1.4, runningVar: 0.2 }, runningVar: 1 },
    ]),
    row('batchNormTraining', 'channelsLast', 1e3, [
      { errors: oursInTraining, runningVar: 1 },
      { errors: { output: 25_123, runningVar: 'NaN' }, runningVar: 'NaN' },
      { errors: { output: 25_123, runningVar: 6e8 }, runningVar: 80.5 },
    ]),
    row('layerNorm', 'rows', 1e3, [
      { errors: { output: 1, gradInput: 1 } },
      { leftOut: 'has no LayerNorm' },
      null,
    ]),
    row('rmsNorm', 'rows', 1e3, [
      { errors: { output: 1.5, gradInput: 0.3 } },
      { errors: { output: 1.2, gradInput: 0.9 } },
      null,
    ]),
    row('rmsNorm', 'rows', 1e6, [{ errors: { output: 1.5 } }, { errors: { output: 12.3 } }, null]),
  ],
};
