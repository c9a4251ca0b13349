import type { StudyRecord, SweepPoint } from '../record';
import { number, percent, steps } from './format';
import { type Html, html } from './html';
import { type Trials, trains, trialsOf } from './sweep';

/** That the comparison is at a learning rate too small for the plain network, where the sweep shows so. */
export function learningRateNote({ settings, sweep }: StudyRecord): Html {
  const { learningRate } = settings;
  // The longest trials first.
  const found = trialsOf(sweep)
    .reverse()
    .map((trials) => ({ trials, best: bestWithout(trials) }))
    .find(({ best }) => best !== null && best.learningRate > learningRate);
  if (found === undefined || found.best === null) return html``;
  const { trials, best } = found;
  return html`<p>This is at a learning rate of ${number(learningRate)}, which suits the network with batch
    normalization. The one without does better at larger ones: after ${steps(trials.steps)} at
    ${number(best.learningRate)} it recognizes ${percent(best.plain)}, the one with
    ${best.batchNorm === null ? 'has diverged' : percent(best.batchNorm)} (<a href="#sweep">all that were tried</a>).</p>`;
}

/** Where the plain network learns best; null where it does not train at all. */
function bestWithout({ points }: Trials): SweepPoint | null {
  const [best] = points
    .filter(({ plain }) => plain !== null && plain >= trains)
    .sort((a, b) => Number(b.plain) - Number(a.plain));
  return best ?? null;
}
