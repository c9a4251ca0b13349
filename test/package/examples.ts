import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './installed';

/** The first lines that a user writes; `x` and `gradY` are theirs. */
const firstSteps = `\
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, randn, tensor, functional as F } from 'batchnorm';

const x = randn([20, 100, 35, 45]);
const gradY = randn([20, 100, 35, 45]);

const bn = new BatchNorm2d(100);                     // BatchNorm2d(100, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
const y  = bn.forward(randn([20, 100, 35, 45]));     // training: batch statistics, running stats updated
const dx = bn.backward(gradY);                       // bn.weight.grad, bn.bias.grad accumulate
bn.eval();
const z  = bn.forward(x, { out: y });                // running statistics, no allocation
const sd = bn.stateDict();  new BatchNorm2d(100).loadStateDict(sd);

console.log(String(bn)); // BatchNorm2d(100, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
console.log(z === y, bn.numBatchesTracked); // true 1
console.log(dx.shape.join()); // 20,100,35,45
console.log(bn.weight?.grad?.shape.join(), bn.bias?.grad?.shape.join()); // 100 100
console.log(Object.keys(sd).join()); // weight,bias,running_mean,running_var,num_batches_tracked
console.log([BatchNorm1d, BatchNorm3d, tensor, F.batchNorm].every(Boolean)); // true
`;

/** An example as an ES module; `prints` is what its comments say that it prints. */
export interface Example {
  name: string;
  module: string;
  prints: string[];
}

export const examples: Example[] = [
  example('the first steps', firstSteps),
  ...blocks(join(root, 'README.md')).map((code, i) =>
    example(`example ${i + 1} of the README`, code),
  ),
];

/** The examples of docs/, with `import` alone: they may hold types, and wait for promises. */
export const guides: Example[] = [
  'layers.md',
  'feature-scaling.md',
  'checkpoints.md',
  'folding.md',
  'async.md',
  'coming-from-pytorch.md',
].flatMap(guide);

/** Those that need the types of Node.js. */
export const workersGuide: Example[] = guide('workers.md');

/** Those that need TensorFlow.js. */
export const tensorFlowGuide: Example[] = guide('tensorflow-js.md');

/** The same example with `require`. */
export function asScript({ module }: Example): string {
  return module.replace(
    /^import (\{[^}]*\}) from ('batchnorm');$/m,
    (_, names, from) => `const ${names.replaceAll(' as ', ': ')} = require(${from});`,
  );
}

function guide(file: string): Example[] {
  return blocks(join(root, 'docs', file)).map((code, i) =>
    example(`example ${i + 1} of ${file}`, code),
  );
}

function example(name: string, module: string): Example {
  const prints = [...module.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map((m) => m[1] ?? '');
  return { name, module, prints };
}

function blocks(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm);
  const code = [...found].map(([, block]) => block ?? '');
  if (code.length === 0) throw new Error(`${file} has no example in TypeScript`);
  return code;
}
