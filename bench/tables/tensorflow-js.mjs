import { shapeText } from '../cases.mjs';
import { atLeast, duration } from './cells.mjs';

export function tensorflowJsTables({ rounds, version, threads, rows }) {
  const counts = threads === 1 ? { One: 1 } : { One: 1, '': threads };
  return [
    {
      title: 'In TensorFlow.js',
      text:
        `tf.layers.batchNormalization of TensorFlow.js ${version} on its wasm and cpu backends, which ` +
        'have one thread in Node.js: with its own kernels, then after `import "batchnorm/tfjs"`, and ' +
        'with `layers.batchNormalization` of batchnorm/tfjs in its place. A training step is the ' +
        'forward pass, the gradients of input, gamma and beta, and the moving statistics. In brackets ' +
        `the goal; medians of ${rounds} rounds.`,
      columns: [
        'backend',
        'tensor',
        'pass',
        'threads of batchnorm',
        "TensorFlow.js's kernels",
        'with batchnorm/tfjs',
        'times as fast',
        'its layer',
        'times as fast',
      ],
      rows: rows.flatMap((row) =>
        Object.entries(counts).map(([name, count]) => [
          row.backend,
          shapeText(row),
          row.pass === 'training' ? 'training step' : row.pass,
          String(count),
          duration(row.theirsMs),
          duration(row.ms[`registered${name}`]),
          atLeast(row.times[`registered${name}`], row.goal, 1),
          duration(row.ms[`own${name}`]),
          atLeast(row.times[`own${name}`], row.goal, 1),
        ]),
      ),
    },
  ];
}
