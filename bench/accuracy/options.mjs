import { parseArgs } from 'node:util';
import { count } from '../count.mjs';

export const usage = `npm run accuracy [-- OPTIONS]

Without options: how far each layer's output, gradients and running statistics are from the right ones, in
ulps, over offset, size and layout.

  --peers             the same of the other libraries that this machine has
  --quick             a few offsets, and up to 10,000 elements to a mean
  --write             the peers too, and docs/accuracy.md with its charts

  --only TEXT         cases whose name holds TEXT, such as 'GroupNorm' or 'channels last'
  --max-size N        up to N elements to a mean
  --save FILE         keeps the report, as JSON
  --from FILE         takes the report from there instead of measuring
  --json              prints the report instead of tables
  --docs FOLDER       where --write writes, docs/ unless told`;

const options = {
  peers: { type: 'boolean' },
  quick: { type: 'boolean' },
  write: { type: 'boolean' },
  only: { type: 'string' },
  'max-size': { type: 'string' },
  save: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean' },
  docs: { type: 'string' },
  help: { type: 'boolean' },
};

/** What the command line asks for. */
export function readOptions(args) {
  const { values } = parseArgs({ args, options });
  const unread = ['peers', 'quick', 'only', 'max-size'].find((name) => values[name] !== undefined);
  if (values.from !== undefined && unread !== undefined) {
    throw new Error(`--from measures nothing: --${unread} does not go with it`);
  }
  return { ...values, maxSize: count(values, 'max-size') ?? Number.POSITIVE_INFINITY };
}
