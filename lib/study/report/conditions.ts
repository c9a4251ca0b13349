import type { StudyRecord } from '../record';
import { count, duration, memory, moment, number } from './format';
import { type Html, html } from './html';

type Entry = readonly [name: string, value: string];

/** What is needed to run it again, and what it ran on. */
export function conditions({ settings, environment, startedAt, seconds }: StudyRecord): Html {
  const { hidden } = settings;
  return html`<section aria-labelledby="conditions-title">
    <h2 id="conditions-title">Settings and machine</h2>
    <div class="columns">
      ${list([
        ['Steps', count(settings.steps)],
        ['Batch size', count(settings.batchSize)],
        ['Learning rate', number(settings.learningRate)],
        ['Seed', String(settings.seed)],
        ['Hidden layers', hidden.length === 0 ? 'none' : `${hidden.join(', ')} sigmoid units`],
        ['First weights', `Gaussian, standard deviation ${number(settings.initialStd)}`],
        [
          'Running statistics',
          `momentum ${number(settings.momentum)}, eps ${number(settings.eps)}`,
        ],
        ['Measured every', `${count(settings.evaluateEvery)} steps`],
      ])}
      ${list([
        ['Began', moment(startedAt)],
        ['Trained for', duration(seconds)],
        ['Processor', `${environment.cpu}, ${cores(environment.cores)}`],
        ['Memory', memory(environment.memoryBytes)],
        ['Platform', environment.platform],
        ...Object.entries(environment.versions),
      ])}
    </div>
  </section>`;
}

function list(entries: readonly Entry[]): Html {
  return html`<dl>${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

function cores(number: number): string {
  return number === 1 ? '1 core' : `${number} cores`;
}
