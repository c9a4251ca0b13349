import { CommandError } from './command-error';
import { difference } from './identity';
import { MomentTree } from './moment-tree';
import { whole } from './part';
import { PartialStats, type Tallies } from './partial-stats';
import { lineOf, type ReportOptions, report } from './report';
import { loadStats } from './stats-file';

interface Loaded {
  readonly path: string;
  readonly stats: PartialStats;
}

/** `batchnorm merge`; returns the exit code. */
export function merge(paths: readonly string[], options: ReportOptions): number {
  const merged = join(paths.map(load));
  if (merged.tree.total().count === 0) throw new CommandError('no part has any values');
  for (const skipped of merged.skipped) options.stderr.write(`${lineOf(skipped)}\n`);
  return report(merged, options);
}

function load(path: string): Loaded {
  const stats = loadStats(path);
  if (stats === null) throw new CommandError(`no such file: ${path}`);
  if (stats.isComplete) return { path, stats };
  throw new CommandError(
    `${path} is unfinished: run its batchnorm stats again, with --resume ${path}`,
  );
}

/** All parts of one data set, in whatever order they come, as if it had been read in one run. */
function join(parts: readonly Loaded[]): PartialStats {
  const [first] = parts as [Loaded, ...Loaded[]];
  const { identity, part } = first.stats;
  const byIndex = new Map<number, Loaded>();
  for (const loaded of parts) {
    const { path, stats } = loaded;
    const other = difference(stats.identity, identity);
    if (other !== null) {
      throw new CommandError(`${path} is of another data set than ${first.path}: ${other}`);
    }
    if (stats.part.of !== part.of) {
      throw new CommandError(
        `${path} is one of ${stats.part.of} parts, ${first.path} one of ${part.of}`,
      );
    }
    const known = byIndex.get(stats.part.index);
    if (known !== undefined) {
      throw new CommandError(`${known.path} and ${path} are both part ${stats.part.index}`);
    }
    byIndex.set(stats.part.index, loaded);
  }
  refuseMissing(byIndex, part.of);
  const tree = new MomentTree(identity.channels ?? 1);
  for (const { stats } of parts) for (const node of stats.tree.nodes) tree.add(node);
  const skipped = parts.flatMap(({ stats }) => stats.skipped);
  const sum = (of: keyof Tallies) => parts.reduce((all, { stats }) => all + stats.tallies[of], 0);
  const tallies = { nonfinite: sum('nonfinite'), paged: sum('paged') };
  return new PartialStats(identity, whole, tree, skipped, tallies);
}

function refuseMissing(parts: ReadonlyMap<number, Loaded>, of: number): void {
  const missing: number[] = [];
  for (let index = 1; index <= of; index++) if (!parts.has(index)) missing.push(index);
  if (missing.length === 0) return;
  const some = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ', ...' : '');
  throw new CommandError(
    `${missing.length} of ${of} parts ${missing.length === 1 ? 'is' : 'are'} missing: ${some}`,
  );
}
