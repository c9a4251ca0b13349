import type { StudyRecord } from '../record';
import { count, percent } from './format';
import { type Html, html } from './html';
import { learned, type Outcome, outcomesOf } from './outcome';

/** What the run has shown, in a sentence or two. */
export function summary(record: StudyRecord): Html {
  const { plain, batchNorm } = outcomesOf(record);
  if (plain.last === null || batchNorm.last === null) {
    return html`<p class="lead">This run ended before anything was measured.</p>`;
  }
  return html`<p class="lead">After ${count(record.settings.steps)} steps the network
    <b class="batch-norm">with batch normalization</b> ${does(batchNorm)}; the same network
    <b class="plain">without</b> ${does(plain)}. ${race(batchNorm, plain)}</p>`;
}

function does({ last, hasDiverged }: Outcome): string {
  if (hasDiverged) return 'has diverged';
  return `recognizes ${percent(last?.testAccuracy)} of the test digits`;
}

function race(batchNorm: Outcome, plain: Outcome): string {
  const mark = percent(learned, 0);
  if (batchNorm.learnedAt === null && plain.learnedAt === null) return `Neither reached ${mark}.`;
  if (batchNorm.learnedAt === null) return `Only the one without reached ${mark}.`;
  const first = `With it ${mark} were reached by step ${count(batchNorm.learnedAt)}, without it`;
  if (plain.learnedAt === null) return `${first} never in this run.`;
  return `${first} by step ${count(plain.learnedAt)}.`;
}
