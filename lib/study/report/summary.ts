import type { StudyRecord } from '../record';
import { count, percent, steps } from './format';
import { type Html, html } from './html';
import { learningRateNote } from './learning-rate-note';
import { learned, type Outcome, outcomesOf, unfinishedAt } from './outcome';

/** What the run has shown, in a sentence or two. */
export function summary(record: StudyRecord): Html {
  const { plain, batchNorm } = outcomesOf(record);
  if (plain.last === null || batchNorm.last === null) {
    return html`<p class="lead">This run ended before anything was measured.</p>`;
  }
  return html`<p class="lead">${when(record)} the network
    <b class="batch-norm">with batch normalization</b> ${does(batchNorm)}; the same network
    <b class="plain">without</b> ${does(plain)}. ${race(batchNorm, plain)}</p>
    ${learningRateNote(record)}`;
}

function when(record: StudyRecord): string {
  const { settings } = record;
  const reached = unfinishedAt(record);
  if (reached === null) return `After ${steps(settings.steps)}`;
  return `This run is unfinished: it has ${steps(settings.steps)} and was last measured at step ${count(reached)}. There`;
}

function does({ last, divergedAt }: Outcome): string {
  if (divergedAt !== null) return `has diverged, at step ${count(divergedAt)}`;
  return `recognizes ${percent(last?.testAccuracy)} of the test digits`;
}

function race(batchNorm: Outcome, plain: Outcome): string {
  const mark = percent(learned, 0);
  if (batchNorm.learnedAt === null && plain.learnedAt === null) return `Neither reached ${mark}.`;
  if (batchNorm.learnedAt === null) return `Only the one without reached ${mark}.`;
  const first = `With it ${mark} were first measured at step ${count(batchNorm.learnedAt)}, without it`;
  if (plain.learnedAt === null) return `${first} never in this run.`;
  return `${first} at step ${count(plain.learnedAt)}.`;
}
