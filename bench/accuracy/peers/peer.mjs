import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../../peers/child.mjs';
import { eps } from '../layers.mjs';
import { readArray, writeArrays } from './exchange.mjs';

/**
 * Starts the program of a peer, which takes a case's arrays from files and leaves its results in
 * others.
 *
 * @param {object} program as a Child takes it, and besides `question(one, folder)`, which adds to what
 * it is asked, and `cases(one)`, whether it is asked at all
 * @param {string} folder for the files, which goes when all is done
 * @returns {Promise<import('../measure.mjs').Participant>}
 */
export async function openPeer(program, folder) {
  const { name, question = () => ({}), cases } = program;
  const [given, taken] = ['given', 'taken'].map((each) => join(folder, each));
  for (const each of [given, taken]) mkdirSync(each, { recursive: true });
  const child = new Child(program);
  const about = await child.ask({ ask: 'about' });
  return { name, ...about, cases, run, close: () => child.close() };

  async function run(one, arrays) {
    const files = writeArrays(given, arrays);
    const { layer, layout, shape, groups } = one;
    const extra = question(one, given);
    const asked = { ask: 'run', layer, layout, shape, groups, eps, files, folder: taken, ...extra };
    const { results } = await child.ask(asked);
    return Object.fromEntries(
      Object.entries(results).map(([result, file]) => [result, readArray(file)]),
    );
  }
}
