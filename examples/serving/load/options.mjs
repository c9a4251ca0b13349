import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { integer, UsageError } from '../options.mjs';

const options = {
  requests: { type: 'string', default: '100000' },
  connections: { type: 'string', default: '16' },
  rounds: { type: 'string', default: '20' },
  model: { type: 'string' },
  write: { type: 'boolean', default: false },
  docs: { type: 'string', default: join(import.meta.dirname, '../../../docs/serving.md') },
  help: { type: 'boolean', default: false },
};

export const usage = `npm run load [-- OPTIONS]

Two servers, one with transforms.Normalize and one with a plain loop, each under the same load in
turns; then decoding and normalizing larger images.

  --requests N      to each server (${options.requests.default})
  --connections N   that send them, each one after the other (${options.connections.default})
  --rounds N        in which the servers take turns (${options.rounds.default})
  --model FILE      instead of the one that npm run serve trains
  --write           puts the figures into docs/serving.md; on an idle machine
  --docs FILE       where --write writes instead`;

/** @throws UsageError */
export function readOptions(args) {
  const values = parse(args);
  const rounds = integer(values, 'rounds', 1);
  const connections = integer(values, 'connections', 1);
  // In each round every connection has something to send.
  const requests = integer(values, 'requests', rounds * connections);
  const { model, write, docs, help } = values;
  return { help, requests, connections, rounds, model: model ?? null, write, docs };
}

function parse(args) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}
