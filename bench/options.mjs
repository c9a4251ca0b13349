import { parseArgs } from 'node:util';
import { count } from './count.mjs';

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
  --save FILE         keeps the report, as JSON
  --from FILE         takes the report from there instead of measuring
  --json              prints the report instead of tables
  --docs FOLDER       where --write writes, docs/ unless told`;

const options = {
  peers: { type: 'boolean' },
  scaling: { type: 'boolean' },
  write: { type: 'boolean' },
  rounds: { type: 'string' },
  only: { type: 'string' },
  'max-elements': { type: 'string' },
  save: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean' },
  docs: { type: 'string' },
  help: { type: 'boolean' },
};

/** What the command line asks for. */
export function readOptions(args) {
  const { values } = parseArgs({ args, options });
  const { peers, scaling, write, only, save, from, json, docs, help } = values;
  const maxElements = count(values, 'max-elements');
  const rounds = count(values, 'rounds');
  const measuring = ['peers', 'scaling', 'rounds', 'only', 'max-elements'];
  const unread = measuring.find((name) => values[name] !== undefined);
  if (from !== undefined && unread !== undefined) {
    throw new Error(`--from measures nothing: --${unread} does not go with it`);
  }
  const names = new Set([
    ...(write || !(peers || scaling)
      ? ['large', 'layers', 'pixels', 'small', 'fresh', 'threads', 'eventLoop']
      : []),
    ...(write || peers ? ['peers', 'tensorflowJs'] : []),
    ...(write || scaling ? ['sizes', 'threads'] : []),
  ]);
  return { names: [...names], rounds, only, maxElements, save, from, json, write, docs, help };
}
