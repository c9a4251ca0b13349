import { accumulate } from './accumulate';
import { Arrays } from './arrays';
import { checkWritable } from './check-writable';
import { CommandError } from './command-error';
import type { Dataset } from './dataset';
import type { Channels } from './decode';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { difference, identityOf } from './identity';
import { Images } from './images';
import { findInputs } from './inputs';
import { Interruption } from './interruption';
import { type Part, whole } from './part';
import { PartialStats } from './partial-stats';
import { startProgress } from './progress';
import { conclude, lineOf, report } from './report';
import { loadSharp, prepareThreads } from './sharp';
import { loadStats, saveStats } from './stats-file';

export interface StatsOptions {
  readonly channels: Channels | null;
  readonly layout: string | null;
  readonly part: Part;
  readonly save: string | null;
  readonly resume: string | null;
  /** Seconds from one saving of `resume` to the next. */
  readonly saveInterval: number;
  readonly jobs: number;
  readonly json: boolean;
  readonly stdout: Environment['stdout'];
  readonly stderr: Environment['stderr'];
}

/** `batchnorm stats`; returns the exit code. */
export async function stats(args: readonly string[], options: StatsOptions): Promise<number> {
  prepareThreads(options.jobs);
  for (const path of [options.save, options.resume]) if (path !== null) checkWritable(path);
  const dataset = await openDataset(args, options);
  const interruption = new Interruption();
  try {
    const result = startOrResume(dataset, options);
    await read(dataset, result, interruption, options);
    return finish(dataset, result, interruption, options);
  } finally {
    interruption.ignore();
    await dataset.close();
  }
}

async function openDataset(args: readonly string[], options: StatsOptions): Promise<Dataset> {
  const { kind, files } = await findInputs(args);
  const { channels, layout, jobs } = options;
  if (kind !== 'images') {
    if (channels !== null) throw new CommandError('--channels is for images, --layout for arrays');
    return Arrays.open(kind, files, layout);
  }
  if (layout !== null) throw new CommandError('--layout is for .npy and IDX files, not for images');
  return Images.open(await loadSharp(), files, channels, jobs);
}

function startOrResume(dataset: Dataset, { resume, part }: StatsOptions): PartialStats {
  const identity = identityOf(dataset);
  const saved = resume === null ? null : loadStats(resume);
  if (saved === null) return new PartialStats(identity, part);
  const other = difference(saved.identity, identity);
  if (other !== null) throw new CommandError(`${resume} is of another data set: ${other}`);
  if (saved.part.index === part.index && saved.part.of === part.of) return saved;
  const { index, of } = saved.part;
  throw new CommandError(`${resume} is of --part ${index}/${of}, not ${part.index}/${part.of}`);
}

async function read(
  dataset: Dataset,
  result: PartialStats,
  interruption: Interruption,
  { resume, saveInterval, stderr }: StatsOptions,
): Promise<void> {
  if (resume !== null) saveStats(resume, result);
  const { total, done } = itemsOf(dataset, result);
  const progress = startProgress(stderr, total, done, dataset.unit);
  for (const skipped of result.skipped) progress.note(lineOf(skipped));
  let saved = performance.now();
  try {
    await accumulate(dataset, result, {
      onLeaf(leaf) {
        progress.add(dataset.itemsOf(leaf));
        if (resume === null || performance.now() - saved < saveInterval * 1000) return;
        saveStats(resume, result);
        saved = performance.now();
      },
      onSkipped: (skipped) => progress.note(lineOf(skipped)),
      get isStopped() {
        return interruption.exitCode !== null;
      },
    });
  } finally {
    progress.stop();
    if (resume !== null) saveStats(resume, result);
  }
}

/** How many items a part has, and how many of them were read before. */
function itemsOf(dataset: Dataset, stats: PartialStats): { total: number; done: number } {
  let total = 0;
  let missing = 0;
  const [begin, end] = stats.range;
  for (let leaf = begin; leaf < end; leaf++) total += dataset.itemsOf(leaf);
  for (const leaf of stats.missing()) missing += dataset.itemsOf(leaf);
  return { total, done: total - missing };
}

function finish(
  dataset: Dataset,
  result: PartialStats,
  interruption: Interruption,
  { save, resume, part, json, stdout, stderr }: StatsOptions,
): number {
  const { files } = dataset;
  if (!result.isComplete) {
    const next =
      resume === null ? 'nothing is kept without --resume FILE' : 'the same command continues';
    stderr.write(`interrupted; ${next}\n`);
    return interruption.exitCode ?? ExitCode.unexpected;
  }
  if (part.of === whole.of && result.tree.total().count === 0) {
    throw new CommandError(
      files === 1 ? 'it could not be read' : `none of ${files} files could be read`,
    );
  }
  if (save !== null) saveStats(save, result);
  stdout.write(`${report(result, json)}\n`);
  return conclude(result, stderr);
}
