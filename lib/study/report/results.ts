import type { NetworkRecord, StudyRecord } from '../record';
import { count, milliseconds, number, percent } from './format';
import { type Html, html } from './html';
import { learned, type Outcome, outcomesOf } from './outcome';

/** The table of what both networks came to. */
export function results(record: StudyRecord): Html {
  const { plain, batchNorm } = record.networks;
  const outcomes = outcomesOf(record);
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="results-title">
    <table class="results">
      <caption id="results-title">Results at the end of training</caption>
      <thead><tr>
        <th scope="col">Network</th>
        <th scope="col">Test accuracy</th>
        <th scope="col">${percent(learned, 0)} by step</th>
        <th scope="col">Training loss</th>
        <th scope="col">Time a step</th>
        <th scope="col">of it batch norm</th>
      </tr></thead>
      <tbody>
        ${row('with batch norm', 'batch-norm', batchNorm, outcomes.batchNorm)}
        ${row('without', 'plain', plain, outcomes.plain)}
      </tbody>
      <tfoot><tr>
        <th scope="row" colspan="4">both, side by side in two threads</th>
        <td>${milliseconds(record.stepMilliseconds)}</td>
        <td></td>
      </tr></tfoot>
    </table>
  </div>`;
}

function row(name: string, key: string, network: NetworkRecord, outcome: Outcome): Html {
  const { last, learnedAt, hasDiverged } = outcome;
  return html`<tr>
    <th scope="row">${swatch(key)} ${name}</th>
    <td>${hasDiverged ? 'diverged' : percent(last?.testAccuracy, 2)}</td>
    <td>${learnedAt === null ? 'not reached' : count(learnedAt)}</td>
    <td>${hasDiverged ? 'diverged' : number(last?.trainLoss)}</td>
    <td>${milliseconds(network.stepMilliseconds)}</td>
    <td>${share(network)}</td>
  </tr>`;
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
