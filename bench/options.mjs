import { count } from './count.mjs';
import { reportOptions, reportUsage } from './report-options.mjs';

export const usage = `npm run bench [-- OPTIONS]

Without options: each pass of each layer as a multiple of copying its tensor, decoded images, small
tensors, fresh outputs, threads, the event loop's delay.

  --peers             the same tensors on the other libraries that this machine has, and batch
                      normalization of TensorFlow.js with and without batchnorm/tfjs
  --scaling           time against elements, from 64 to 2^28, and against threads
  --write             all of these, and docs/benchmarks.md with its charts

  --rounds N          instead of each table's own number
  --only TEXT         cases whose name holds TEXT, such as 'event-loop' or 'channels last'
  --max-elements N    tensors of up to N elements
${reportUsage}`;

const measuring = {
  peers: { type: 'boolean' },
  scaling: { type: 'boolean' },
  rounds: { type: 'string' },
  'max-elements': { type: 'string' },
};

/** What the command line asks for. */
export function readOptions(args) {
  const values = reportOptions(args, measuring);
  const { peers, scaling, write } = values;
  const maxElements = count(values, 'max-elements');
  const rounds = count(values, 'rounds');
  const names = new Set([
    ...(write || !(peers || scaling)
      ? ['large', 'layers', 'pixels', 'small', 'fresh', 'threads', 'eventLoop']
      : []),
    ...(write || peers ? ['peers', 'tensorflowJs'] : []),
    ...(write || scaling ? ['sizes', 'threads'] : []),
  ]);
  return { ...values, names: [...names], rounds, maxElements };
}
