import type { StudySettings } from '../record';
import { count, number } from './format';
import { type Html, html } from './html';

/** What the experiment is, and whose. */
export function introduction(settings: StudySettings): Html {
  const { hidden, batchSize, learningRate } = settings;
  return html`<p>This is the experiment that introduced batch normalization:
    <a href="https://arxiv.org/abs/1502.03167">Ioffe and Szegedy 2015</a> (arXiv:1502.03167), section 4.1
    and figure 1. Two networks learn handwritten digits, in the paper those of MNIST (28 × 28 pixels): ${layers(hidden)},
    softmax over 10 digits, cross-entropy, stochastic gradient descent with mini-batches of
    ${count(batchSize)} and a learning rate of ${number(learningRate)}. They begin with the same weights and get
    the same batches, and differ in one thing: one normalizes the input of each sigmoid (BatchNorm1d).</p>`;
}

function layers(hidden: readonly number[]): string {
  const [units] = hidden;
  if (units === undefined) return 'no hidden layer';
  const s = hidden.length === 1 ? '' : 's';
  const sizes = hidden.every((other) => other === units) ? String(units) : hidden.join(', ');
  return `${hidden.length} hidden layer${s} of ${sizes} sigmoid units`;
}
