import { accumulate } from './accumulate';
import { Arrays } from './arrays';
import { checkWritable } from './check-writable';
import { CommandError } from './command-error';
import type { Dataset } from './dataset';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { readList } from './file-list';
import { type Framing, factOf } from './framing';
import { difference, identityOf } from './identity';
import { Images } from './images';
import { findInputs, type Inputs } from './inputs';
import { Interruption } from './interruption';
import { type Part, whole } from './part';
import { PartialStats } from './partial-stats';
import type { Channels } from './pixel-format';
import { onlyNotes, startProgress } from './progress';
import { lineOf, report } from './report';
import { loadSharp, prepareThreads } from './sharp';
import { loadStats, saveStats } from './stats-file';

export interface StatsOptions {
  /** A file with more inputs, a line each; '-' for standard input. */
  readonly filesFrom: string | null;
  readonly exclude: readonly string[];
  readonly channels: Channels | null;
  readonly framing: Framing;
  readonly layout: string | null;
  /** Which array of .npz files; null for the only one. */
  readonly member: string | null;
  readonly skipsNonfinite: boolean;
  readonly part: Part;
  readonly save: string | null;
  readonly resume: string | null;
  /** Seconds from one saving of `resume` to the next. */
  readonly saveInterval: number;
  readonly jobs: number;
  readonly json: boolean;
  /** Whether to say nothing but the result and what could not be read. */
  readonly quiet: boolean;
  readonly stdout: Environment['stdout'];
  readonly stderr: Environment['stderr'];
}

/** `batchnorm stats`; returns the exit code. */
export async function stats(args: readonly string[], options: StatsOptions): Promise<number> {
  prepareThreads(options.jobs);
  for (const path of [options.save, options.resume]) if (path !== null) checkWritable(path);
  const inputs = await findAll(args, options);
  const dataset = await openDataset(inputs, options);
  sayPassedOver(inputs, options);
  const interruption = new Interruption();
  try {
    const result = startOrResume(dataset, options);
    await read(dataset, result, interruption, options);
    return finish(dataset, inputs, result, interruption, options);
  } finally {
    interruption.ignore();
    await dataset.close();
  }
}

async function findAll(
  args: readonly string[],
  { filesFrom, exclude, member }: StatsOptions,
): Promise<Inputs> {
  const listed = filesFrom === null ? [] : await readList(filesFrom);
  return findInputs({ args, listed, exclude, member });
}

function sayPassedOver({ passedOver }: Inputs, { json, quiet, stderr }: StatsOptions): void {
  const { total } = passedOver;
  if (total === 0 || json || quiet) return;
  const files = total === 1 ? 'file that is' : 'files that are';
  stderr.write(`passed over ${total} ${files} no image or array by name: ${passedOver}\n`);
}

async function openDataset({ kind, files }: Inputs, options: StatsOptions): Promise<Dataset> {
  const { channels, framing, layout, skipsNonfinite, jobs } = options;
  if (kind !== 'images') {
    if (channels !== null) throw new CommandError('--channels is for images, --layout for arrays');
    if (factOf(framing) !== null) throw new CommandError('--resize and --crop are for images');
    return Arrays.open(kind, files, layout, skipsNonfinite);
  }
  if (layout !== null) throw new CommandError('--layout is for arrays, not for images');
  if (skipsNonfinite) throw new CommandError('--skip-nonfinite is for arrays: images have no NaN');
  return new Images(await loadSharp(), files, { channels, framing, atOnce: jobs });
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
  { resume, saveInterval, quiet, stderr }: StatsOptions,
): Promise<void> {
  if (resume !== null) saveStats(resume, result);
  const { total, done } = itemsOf(dataset, result);
  const progress = quiet ? onlyNotes(stderr) : startProgress(stderr, total, done, dataset.unit);
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
  { files }: Dataset,
  { passedOver }: Inputs,
  result: PartialStats,
  interruption: Interruption,
  { save, resume, part, json, quiet, stdout, stderr }: StatsOptions,
): number {
  if (!result.isComplete) {
    const next =
      resume === null ? 'nothing is kept without --resume FILE' : 'the same command continues';
    stderr.write(`interrupted; ${next}\n`);
    return interruption.exitCode ?? ExitCode.unexpected;
  }
  if (part.of === whole.of && result.tree.total().count === 0) {
    if (result.tallies.nonfinite > 0) {
      throw new CommandError('no file has any values but NaN and infinities');
    }
    throw new CommandError(
      files === 1 ? 'the only file was skipped' : `all of ${files} files were skipped`,
    );
  }
  if (save !== null) saveStats(save, result);
  const { total, counts } = passedOver;
  const more = total === 0 ? {} : { passedOver: counts };
  return report(result, { json, quiet, stdout, stderr }, more);
}
