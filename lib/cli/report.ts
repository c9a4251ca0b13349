import type { RunningMoments } from '../index';
import { aligned } from './aligned';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { type Part, whole } from './part';
import type { Identity, PartialStats, Skipped } from './partial-stats';
import { constantChannels, remarksOn } from './remarks';

const names = { images: 'image', npy: '.npy file', npz: '.npz file', idx: 'IDX file' };

/** How a result is written. */
export interface ReportOptions extends Pick<Environment, 'stdout' | 'stderr'> {
  readonly json: boolean;
  /** Whether to leave out the remarks. */
  readonly quiet: boolean;
}

/**
 * Writes what a data set's statistics are, as text, with remarks on standard error, or as JSON, which
 * has them in it, and `more` besides; returns the exit code.
 */
export function report(
  stats: PartialStats,
  { json, quiet, stdout, stderr }: ReportOptions,
  more: Readonly<Record<string, unknown>> = {},
): ExitCode {
  stdout.write(`${json ? asJSON(stats, more) : text(stats)}\n`);
  if (!json && !quiet) for (const remark of remarksOn(stats)) stderr.write(`${remark}\n`);
  return conclude(stats, stderr);
}

/** How a file that is left out is named. */
export function lineOf({ file, reason }: Skipped): string {
  return `skipped ${file}: ${reason}`;
}

/** Says that files are missing; the exit code that says it too. */
function conclude(stats: PartialStats, stderr: Environment['stderr']): ExitCode {
  const { identity, skipped } = stats;
  if (skipped.length === 0) return ExitCode.ok;
  stderr.write(`skipped ${skipped.length} of ${identity.files} files\n`);
  return ExitCode.someSkipped;
}

function asJSON(
  { identity, part, tree, skipped, tallies }: PartialStats,
  more: Readonly<Record<string, unknown>>,
): string {
  const moments = tree.total();
  const { count, mean, variance, std, min, max } = moments;
  const numbers = (values: Float64Array) => Array.from(values, jsonNumber);
  return JSON.stringify({
    kind: identity.kind,
    files: identity.files,
    ...(part.of === whole.of
      ? { filesRead: identity.files - skipped.length }
      : { part: `${part.index}/${part.of}` }),
    channels: moments.channels,
    count,
    mean: numbers(mean),
    std: numbers(std),
    variance: numbers(variance),
    min: numbers(min),
    max: numbers(max),
    normalize: count === 0 ? null : normalizeLine(moments),
    constantChannels: constantChannels(moments),
    nonfinite: tallies.nonfinite,
    severalPages: tallies.paged,
    skipped: skipped.map(({ file, reason }) => ({ file, reason })),
    ...more,
  });
}

/** JSON has no word for NaN and the infinities. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function text({ identity, part, tree, skipped }: PartialStats): string {
  const moments = tree.total();
  const title = titleOf(identity, part, skipped.length);
  if (moments.count === 0) return `${title}: no values`;
  return [
    `${title}: ${moments.count} values a channel`,
    '',
    ...table(moments),
    '',
    normalizeLine(moments),
  ].join('\n');
}

/** How many files count; of a part, which may have pieces of files, of how many it is one. */
function titleOf({ kind, files }: Identity, part: Part, skipped: number): string {
  const named = `${files} ${names[kind]}${files === 1 ? '' : 's'}`;
  if (part.of > 1) {
    const without = skipped === 0 ? '' : `, without ${skipped} that were skipped`;
    return `part ${part.index} of ${part.of} of ${named}${without}`;
  }
  return skipped === 0 ? named : `${files - skipped} of ${named}`;
}

function table({ mean, std, min, max }: RunningMoments): string[] {
  const cells = [mean, std, min, max].map((values) =>
    Array.from(values, (value) => format(value, 6)),
  );
  const rows = Array.from(mean, (_, channel) => [
    String(channel),
    ...cells.map((column) => column[channel] as string),
  ]);
  return aligned([['channel', 'mean', 'std', 'min', 'max'], ...rows], 'numbers');
}

/** The line that a program takes: `Normalize(mean=[0.1307], std=[0.3081])`. */
function normalizeLine({ mean, std }: RunningMoments): string {
  const list = (values: Float64Array) => Array.from(values, (value) => format(value, 4)).join(', ');
  return `Normalize(mean=[${list(mean)}], std=[${list(std)}])`;
}

/** `digits` after the point; as many in all where a value is too small or too large for that. */
function format(value: number, digits: number): string {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (size < 1e-4) return value.toExponential(digits - 1);
  return size >= 0.01 && size < 1e6 ? value.toFixed(digits) : value.toPrecision(digits);
}
