import type { StudyRecord } from '../record';
import { count, percent } from './format';
import { type Html, html } from './html';
import { learned, type Outcome, outcomeOf } from './outcome';

/** What the run has shown, in a sentence or two. */
export function summary({ networks }: StudyRecord): Html {
  const plain = outcomeOf(networks.plain);
  const batchNorm = outcomeOf(networks.batchNorm);
  if (plain.last === null || batchNorm.last === null) {
    return html`<p class="lead">This run ended before anything was measured.</p>`;
  }
  return html`<p class="lead">After ${count(batchNorm.last.step)} steps the network
    <b class="batch-norm">with batch normalization</b> ${reads(batchNorm)} of the test digits, the same network
    <b class="plain">without</b> ${percent(plain.last.testAccuracy)}${plain.hasDiverged ? ' (it diverged)' : ''}.
    ${race(batchNorm, plain)}</p>`;
}

function reads({ last, hasDiverged }: Outcome): string {
  return `${hasDiverged ? 'diverged and ' : ''}recognizes ${percent(last?.testAccuracy)}`;
}

function race(batchNorm: Outcome, plain: Outcome): string {
  const mark = percent(learned, 0);
  if (batchNorm.learnedAt === null && plain.learnedAt === null) return `Neither reached ${mark}.`;
  if (batchNorm.learnedAt === null) return `Only the one without reached ${mark}.`;
  const first = `With it, ${mark} were reached by step ${count(batchNorm.learnedAt)}; without,`;
  if (plain.learnedAt === null) return `${first} never in this run.`;
  return `${first} by step ${count(plain.learnedAt)}.`;
}
