// A peer that knows one case, the tiny one, and answers it with our own results. Its argument says
// how it goes wrong, and its standard error what it was asked.
import { answer } from '../../../bench/peers/answer.mjs';
import { tinyCase } from '../../../bench/peers/tiny-case.mjs';

const fault = process.argv[2];

await answer(() => ({ version: '1.2.3', threads: 1 }), prepare);

function prepare({ shape, dtype, memoryFormat, eps, values }) {
  process.stderr.write(`${values ? 'tiny' : 'prepare'} `);
  const { expected } = tinyCase({ rank: shape.length, dtype, memoryFormat, eps });
  const passes = {};
  for (const name of ['eval', 'training']) {
    passes[name] = {
      time(calls) {
        process.stderr.write(`${name}*${calls} `);
        if (fault === 'fails' && name === 'eval') throw new Error('too large');
        if (fault === 'dies') process.exit(7);
        return fault === 'slow' && name === 'training' ? 6700 : 0.5;
      },
      result: () => results(expected[name], name),
    };
  }
  return {
    passes,
    leftOut: 'no gradients',
    release: () => process.stderr.write('release '),
  };
}

function results({ output }, name) {
  if (fault !== 'wrong' || name !== 'training') return { output };
  return { output: output.map((value) => value * 1.0001) };
}
