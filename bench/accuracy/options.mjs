import { count } from '../count.mjs';
import { reportOptions, reportUsage } from '../report-options.mjs';

export const usage = `npm run accuracy [-- OPTIONS]

Without options: how far each layer's output, gradients and running statistics are from the right ones, in
ulps, over offset, size and layout.

  --peers             the same of the other libraries that this machine has
  --quick             a few offsets, and up to 10,000 elements to a mean
  --write             the peers too, and docs/accuracy.md with its charts

  --only TEXT         cases whose name holds TEXT, such as 'GroupNorm' or 'channels last'
  --max-size N        up to N elements to a mean
${reportUsage}`;

const measuring = {
  peers: { type: 'boolean' },
  quick: { type: 'boolean' },
  'max-size': { type: 'string' },
};

/** What the command line asks for. */
export function readOptions(args) {
  const values = reportOptions(args, measuring);
  return { ...values, maxSize: count(values, 'max-size') ?? Number.POSITIVE_INFINITY };
}
