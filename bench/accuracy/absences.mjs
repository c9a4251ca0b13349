import { entrantText } from '../tables/entrant-text.mjs';
import { layers } from './layers.mjs';

/** What was not measured, and why: a line for each library that is missing, layer and reason. */
export function absences({ entrants, missing, rows }) {
  const cases = new Map();
  for (const { layer, answers } of rows) {
    for (const [index, answer] of answers.entries()) {
      if (!answer?.leftOut) continue;
      const key = `${entrantText(entrants[index])}: ${answer.leftOut}`;
      cases.set(key, (cases.get(key) ?? new Set()).add(layers[layer].title));
    }
  }
  return [
    ...missing.map(({ name, missing }) => `${name}: ${missing}`),
    ...[...cases].map(([reason, titles]) => `${reason} (${[...titles].join(', ')})`),
  ];
}
