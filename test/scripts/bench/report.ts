const tensor = (shape: number[], more: object) => ({
  shape,
  dtype: 'float32',
  memoryFormat: 'contiguous',
  ...more,
});

const passes = <Value>(all: Value[]) => ({ eval: all[0], training: all[1], backward: all[2] });

/** A report as the bench makes it, small and invented. */
export const report = {
  date: '2020-02-03T04:05:06.000Z',
  machine: {
    version: '1.2.3',
    simdTarget: 'AVX2',
    node: 'v20.17.0',
    system: 'Linux 6 x64',
    cpu: 'A & B <processor>',
    cores: 2,
    caches: [{ name: 'L2', bytes: 1024 }],
    memoryGB: 8,
  },
  sections: {
    large: {
      rounds: 3,
      tooLarge: ['large (9, 9)'],
      rows: [
        tensor([8, 4], {
          copyMs: 1.5,
          copyGBps: 7,
          ratios: passes([0.987, 1.5, 9.25]),
          goals: passes([1.1, 1.5, 2.6]),
        }),
        tensor([8, 4, 2, 2], {
          memoryFormat: 'channelsLast',
          dtype: 'float64',
          activation: 'relu',
          residual: true,
          copyMs: 2,
          copyGBps: 8,
          ratios: passes([1.23, 2.34, 3.45]),
          goals: {},
        }),
      ],
    },
    layers: {
      rounds: 3,
      tooLarge: [],
      rows: [
        tensor([8, 4, 2, 2], {
          layer: 'GroupNorm',
          groups: 2,
          copyMs: 2,
          copyGBps: 8,
          ratios: { forward: 1.25, backward: 2.9 },
          goals: { forward: 1.5, backward: 2.8 },
        }),
      ],
    },
    pixels: {
      rounds: 3,
      tooLarge: [],
      rows: [
        {
          shape: [1, 2, 2, 3],
          to: 'CHW',
          dtype: 'float32',
          microseconds: 30,
          ofCopying: 0.75,
          timesLoop: 12.5,
          goals: { microseconds: 25, timesLoop: 10 },
        },
      ],
    },
    small: {
      rounds: 3,
      tooLarge: [],
      rows: [tensor([1, 4], { pass: 'eval', goal: 1.5, microseconds: 1.625 })],
    },
    fresh: {
      rounds: 3,
      tooLarge: [],
      rows: [
        tensor([1, 4, 2, 2], {
          way: 'turns',
          bytes: 64e6,
          outMs: 0.002,
          freshMs: 0.003,
          ratio: 1.5,
          goal: 1.25,
        }),
      ],
    },
    threads: {
      rounds: 3,
      tooLarge: [],
      rows: [
        tensor([8, 4], {
          goal: 1.8,
          counts: [1, 2, 4],
          ms: passes([
            [4, 2, 1],
            [8, 4, 2],
            [16, 10, 4],
          ]),
          speedups: passes([
            [1, 2, 4],
            [1, 2, 4],
            [1, 1.6, 4],
          ]),
        }),
      ],
    },
    eventLoop: {
      rounds: 3,
      tooLarge: [],
      rows: [
        tensor([8, 4], {
          call: 'LayerNorm',
          goal: 10,
          ways: [
            { way: 'sync', ms: 20, ratio: 1, p50: 1.25, p99: 20.5, max: 21 },
            { way: 'unshared', ms: 30, ratio: 1.5, p50: 1.25, p99: 9.5, max: 11 },
            { way: 'sharedOut', ms: 25, ratio: 1.25, p50: 1.25, p99: 10.5, max: 11 },
          ],
        }),
      ],
    },
    peers: {
      rounds: 3,
      tooLarge: [],
      entrants: [
        { name: 'batchnorm', version: '1.2.3', threads: 1 },
        { name: 'batchnorm', version: '1.2.3', threads: 2 },
        { name: 'Other', version: '7', threads: 1 },
        { name: 'Other', version: '7', threads: 2 },
      ],
      missing: [{ name: 'Absent', missing: 'npm install it' }],
      rows: [
        tensor([1, 4], {
          calls: 200,
          copyMs: 0.0001,
          leftOut: [],
          ms: { eval: [0.001, 0.002, 0.003, 0.0015] },
          ratios: { eval: [10, 20, 30, 15] },
        }),
        tensor([8, 4], {
          calls: 1,
          copyMs: 1.5,
          leftOut: [],
          ms: passes([
            [1.5, 0.75, 3, 1.5],
            [3, 1.5, 2.85, 4],
            [4, 2, null, null],
          ]),
          ratios: passes([
            [1, 0.5, 2, 1],
            [2, 1, 1.9, 2.67],
            [2.67, 1.33, null, null],
          ]),
        }),
      ],
    },
    sizes: {
      rounds: 3,
      tooLarge: [],
      rows: [64, 256, 1024].map((elements) =>
        tensor([1, elements], {
          elements,
          ms: { copy: elements / 1e7, ...passes([1, 2, 3].map((all) => (all * elements) / 1e7)) },
        }),
      ),
    },
  },
};
