import { readFileSync } from 'node:fs';
import { writeAtomically } from '../formats/atomic-file';
import { RunningMoments } from '../index';
import { CommandError, oneLine } from './command-error';
import { hasFinite } from './finite';
import type { Kind } from './input-kind';
import { type MomentNode, MomentTree } from './moment-tree';
import { type Part, rangeOf, readPart } from './part';
import { type Identity, PartialStats, type Skipped } from './partial-stats';

const type = 'batchnorm stats';
const version = 1;

class PoisonedError extends CommandError {}

/** Writes what has been read so far, exactly; the file is always whole, old or new. */
export function saveStats(path: string, stats: PartialStats): void {
  const { identity, part, tree, skipped, tallies } = stats;
  const { index, of } = part;
  const nodes = tree.nodes;
  const content = {
    type,
    version,
    ...identity,
    part: `${index}/${of}`,
    nodes,
    skipped,
    ...tallies,
  };
  writeAtomically(path, [Buffer.from(`${JSON.stringify(content)}\n`)]);
}

/** What `saveStats` has written; null where there is no such file. */
export function loadStats(path: string): PartialStats | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CommandError(`cannot read ${path}: ${oneLine(error)}`);
  }
  try {
    return readStats(JSON.parse(text));
  } catch (error) {
    if (error instanceof PoisonedError) throw new CommandError(`${path} ${oneLine(error)}`);
    throw new CommandError(`${path} was not written by batchnorm stats: ${oneLine(error)}`);
  }
}

function readStats(json: unknown): PartialStats {
  const content = object(json, 'the file');
  if (content.type !== type) throw new CommandError(`its type is not '${type}'`);
  if (content.version !== version) throw new CommandError(`its version is not ${version}`);
  const identity: Identity = {
    kind: text(content.kind, 'kind') as Kind,
    files: integer(content.files, 'files'),
    leaves: integer(content.leaves, 'leaves'),
    channels: content.channels === null ? null : integer(content.channels, 'channels'),
    digest: text(content.digest, 'digest'),
  };
  const part = readPart(text(content.part, 'part'));
  const tree = new MomentTree(identity.channels ?? 1);
  for (const node of list(content.nodes, 'nodes')) tree.add(readNode(node, identity, part));
  const skipped = list(content.skipped, 'skipped').map(readSkipped);
  // Files of an earlier version count neither.
  const { nonfinite = 0, paged = 0 } = content;
  const tallies = { nonfinite: integer(nonfinite, 'nonfinite'), paged: integer(paged, 'paged') };
  return new PartialStats(identity, part, tree, skipped, tallies);
}

function readNode(json: unknown, { leaves, channels }: Identity, part: Part): MomentNode {
  const content = object(json, 'a node');
  const node = {
    first: integer(content.first, 'first'),
    leaves: integer(content.leaves, 'leaves'),
    moments: RunningMoments.fromJSON(content.moments),
  };
  checkFinite(node.moments);
  const [begin, end] = rangeOf(part, leaves);
  const isPowerOfTwo = Number.isInteger(Math.log2(node.leaves));
  const isAligned = node.first % node.leaves === 0;
  const isWithin = node.first >= begin && node.first + node.leaves <= end;
  const fits = channels === null ? [1, 3] : [channels];
  const hasChannels = fits.includes(node.moments.channels);
  if (isPowerOfTwo && isAligned && isWithin && hasChannels) return node;
  throw new CommandError(`a node of ${node.leaves} leaves from ${node.first} on does not fit`);
}

/** An earlier version took NaN and infinities in, which nothing gets out again. */
function checkFinite(moments: RunningMoments): void {
  if (hasFinite(moments)) return;
  throw new PoisonedError(
    'has NaN or infinities among its values: read its files again, which names those that hold them',
  );
}

function readSkipped(json: unknown): Skipped {
  const { leaf, file, reason } = object(json, 'what was skipped');
  return {
    leaf: integer(leaf, 'leaf'),
    file: text(file, 'file'),
    reason: text(reason, 'reason'),
  };
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new CommandError(`${name} is no object`);
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(`${name} is no array`);
}

function integer(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new CommandError(`${name} is no integer`);
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new CommandError(`${name} is no string`);
}
