import { entrantText } from '../../tables/entrant-text.mjs';
import { asNumber, compared, groups, worst } from '../errors.mjs';
import { layers } from '../layers.mjs';
import { ulpsBeside } from './cells.mjs';

const powers = ['', '10', '10²', '10³', '10⁴', '10⁵', '10⁶', '10⁷', '10⁸', '10⁹'];
const number = (value) => (value <= 1 ? String(value) : powers[Math.round(Math.log10(value))]);

/** The tables that say most: at an offset of 1,000, and how often another library is as good. */
export function shortTables(report) {
  return [byLayer(report, 1e3), whoIsAsGood(report)].filter(({ rows }) => rows.length > 0);
}

/** All the others. */
export function longTables(report) {
  return [byLayer(report, 0), byOffset(report), bySize(report), variances(report)].filter(
    ({ rows }) => rows.length > 0,
  );
}

/** The entrants of one thread, which are asked for all cases, by their place. */
function everywhere({ entrants }) {
  return [...entrants.keys()].filter((index) => entrants[index].threads === 1);
}

function table(report, title, text, leading, lines) {
  const places = everywhere(report);
  return {
    title,
    text,
    columns: [...leading, ...places.map((place) => entrantText(report.entrants[place]))],
    rows: lines.flatMap(({ cells, rows, results }) => {
      const errors = places.map((place) => worst(rows, place, results));
      return errors[0] === null ? [] : [[...cells, ...ulpsBeside(errors)]];
    }),
  };
}

/** A line for each layer and group of results, of the rows that `choose` names, by further cells. */
function lines(report, choose) {
  return Object.entries(layers).flatMap(([layer, { title }]) =>
    Object.entries(groups).flatMap(([group, results]) =>
      choose(report.rows.filter((row) => row.layer === layer)).map(({ cells, rows }) => ({
        cells: [title, group, ...cells],
        rows,
        results,
      })),
    ),
  );
}

function byLayer(report, offset) {
  const sizes = [...new Set(report.rows.map(({ size }) => size))].sort((a, b) => a - b);
  const choose = (rows) => [{ cells: [], rows: rows.filter((row) => row.offset === offset) }];
  return table(
    report,
    `Largest error at an offset of ${offset.toLocaleString('en')}`,
    `In ulps, over ${number(sizes[0])} to ${number(sizes.at(-1))} elements to a mean and all layouts ` +
      'that a library has; -: it has no such layer or gradient.',
    ['layer', 'result'],
    lines(report, choose),
  );
}

function byOffset(report) {
  return table(
    report,
    'By offset',
    'Largest error in ulps over all layouts, 10⁴ elements to a mean.',
    ['layer', 'result', 'offset'],
    lines(report, (rows) =>
      by(
        rows.filter(({ size }) => size === 1e4),
        ({ offset }) => offset,
      ),
    ),
  );
}

function bySize(report) {
  return table(
    report,
    'By size',
    'Largest error in ulps over all layouts, at an offset of 1,000.',
    ['layer', 'result', 'elements to a mean'],
    lines(report, (rows) =>
      by(
        rows.filter(({ offset }) => offset === 1e3),
        ({ size }) => size,
      ),
    ),
  );
}

function by(rows, key) {
  const keys = [...new Set(rows.map(key))].sort((a, b) => a - b);
  return keys.map((one) => ({
    cells: [number(one)],
    rows: rows.filter((row) => key(row) === one),
  }));
}

/** Of each other library: results that both have, and in how many of them it is as good or better. */
function whoIsAsGood(report) {
  const rows = everywhere(report)
    .slice(1)
    .map((place) => {
      const verdicts = report.rows.flatMap(({ answers }) => {
        const [ours, theirs] = [answers[0]?.errors ?? {}, answers[place]?.errors ?? {}];
        return Object.keys(theirs).map((name) =>
          compared(asNumber(theirs[name]), asNumber(ours[name])),
        );
      });
      const count = (mark) => verdicts.filter((verdict) => verdict === mark).length;
      const share = (mark) => `${Math.round((100 * count(mark)) / verdicts.length)} %`;
      const shares = ['better', 'as good', undefined].map(share);
      return [entrantText(report.entrants[place]), String(verdicts.length), ...shares];
    });
  return {
    title: 'Who is as good',
    text:
      'Of all results that were measured of both: in how many of them the other library is `better` (an ' +
      'error below nine tenths of ours, which is more than an ulp), `as good` (up to eleven tenths, or an ' +
      'ulp), or less near.',
    columns: ['library', 'results', 'better', 'as good', 'less near'],
    rows,
  };
}

function variances(report) {
  const rows = report.rows.filter(
    ({ layer, layout }) => layer === 'batchNormTraining' && layout !== 'contiguous',
  );
  return {
    title: 'Running variance of channels last',
    text: 'Of the first channel, for (N, C) and images; `right` is the variance of the float32 numbers themselves.',
    columns: ['layout', 'rows', 'mean', 'right', ...report.entrants.map(entrantText)],
    rows: rows.map(({ layout, size, offset, rightVar, answers }) => [
      layout === 'rows' ? '(N, C)' : 'channels last',
      number(size),
      number(offset),
      rightVar.toPrecision(5),
      ...answers.map((answer) => variance(answer?.runningVar)),
    ]),
  };
}

function variance(value) {
  if (value === undefined) return '-';
  return typeof value === 'number' ? String(Number(value.toPrecision(5))) : value;
}
