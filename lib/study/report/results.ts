import type { NetworkRecord, StudyRecord } from '../record';
import { count, milliseconds, number, percent } from './format';
import { type Html, html } from './html';
import { learned, type Outcome, outcomesOf, unfinishedAt } from './outcome';

/** The table of what both networks came to: a column each, which fits a narrow window too. */
export function results(record: StudyRecord): Html {
  const { networks } = record;
  const outcomes = outcomesOf(record);
  const row = (
    name: string,
    text: (network: NetworkRecord, outcome: Outcome) => string,
  ) => html`<tr>
        <th scope="row">${name}</th>
        <td>${text(networks.batchNorm, outcomes.batchNorm)}</td>
        <td>${text(networks.plain, outcomes.plain)}</td>
      </tr>
      `;
  return html`<table class="results">
      <caption>${title(record)}</caption>
      <thead><tr>
        <td></td>
        <th scope="col">${swatch('batch-norm')} with batch norm</th>
        <th scope="col">${swatch('plain')} without</th>
      </tr></thead>
      <tbody>
      ${row('Test accuracy', (_, outcome) => accuracy(outcome))}
      ${row(`${percent(learned, 0)} first measured at step`, (_, { learnedAt }) => (learnedAt === null ? 'never' : count(learnedAt)))}
      ${row('Training loss', (_, { last, divergedAt }) => (divergedAt === null ? number(last?.trainLoss) : 'diverged'))}
      ${row('Time a step', ({ stepMilliseconds }) => milliseconds(stepMilliseconds))}
      ${row('of it batch norm', share)}
      </tbody>
      <tfoot><tr>
        <th scope="row">Time a step of both, side by side in two threads</th>
        <td colspan="2">${milliseconds(record.stepMilliseconds)}</td>
      </tr></tfoot>
    </table>`;
}

function accuracy({ last, divergedAt }: Outcome): string {
  if (divergedAt !== null) return `diverged at step ${count(divergedAt)}`;
  return percent(last?.testAccuracy, 2);
}

function title(record: StudyRecord): string {
  const reached = unfinishedAt(record);
  if (reached === null) return 'Results at the end of training';
  return `Unfinished: results at step ${count(reached)} of ${count(record.settings.steps)}`;
}

function share({ stepMilliseconds, batchNormMilliseconds }: NetworkRecord): string {
  if (batchNormMilliseconds === 0) return 'none';
  const text = milliseconds(batchNormMilliseconds);
  return stepMilliseconds > 0
    ? `${text} (${percent(batchNormMilliseconds / stepMilliseconds)})`
    : text;
}

/** A piece of the network's line, as the charts draw it. */
function swatch(key: string): Html {
  return html`<svg class="swatch ${key}" width="28" height="10" aria-hidden="true"><line x1="1" x2="27" y1="5" y2="5"/></svg>`;
}
