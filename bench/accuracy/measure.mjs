import { machine } from '../machine.mjs';
import { arraysOf } from './arrays.mjs';
import { oracle } from './oracle/oracle.mjs';
import { ulpsOff } from './oracle/ulps.mjs';

/**
 * Measures, and gives the report: plain data, which may be saved.
 *
 * @typedef {object} Participant
 * @property {string} name
 * @property {string} version
 * @property {boolean} [biasedRunningVar] whether its running variance is divided by n, not n - 1
 * @property {string[]} [layers] the only ones that it is asked for
 * @property {(one: Case, arrays: Record<string, Float32Array>) => Promise<Record<string,
 *   Float32Array>>} run the results by name; rejects, saying why, where it has no such layer
 * @property {() => Promise<void>} close
 *
 * @param {import('./layers.mjs').Case[]} cases
 * @param {Participant[]} participants ours first
 * @param {{ missing?: object[], onCase?: (one: Case) => void }} options
 */
export async function measure(cases, participants, { missing = [], onCase } = {}) {
  const rows = [];
  for (const one of cases) {
    if (64 * 4 * one.size > process.availableMemory()) {
      rows.push({ ...one, answers: participants.map(() => refusal('more memory than there was')) });
      continue;
    }
    onCase?.(one);
    const arrays = arraysOf(one);
    const right = oracle(one, arrays);
    const answers = [];
    for (const participant of participants) {
      answers.push(await answerOf(participant, one, arrays, right));
    }
    rows.push({ ...one, rightVar: right.runningVar?.[0], answers });
  }
  const entrants = participants.map(({ name, version, threads = 1 }) => ({
    name,
    version,
    threads,
  }));
  return { date: new Date().toISOString(), machine: machine(), entrants, missing, rows };
}

// An input's gradient is never 0 here, and RMSNorm's is as small as its input is large.
const leastScale = { gradInput: Number.MIN_VALUE };

/** How far each result of a participant is from the right one; or why it has none. */
async function answerOf(participant, one, arrays, right) {
  if (participant.cases?.(one) === false) return null;
  try {
    const results = await participant.run(one, arrays);
    const errors = {};
    for (const [name, values] of Object.entries(results)) {
      const biased = name === 'runningVar' && participant.biasedRunningVar;
      const expected = biased ? right.biasedRunningVar : right[name];
      errors[name] = saved(ulpsOff(values, expected, leastScale[name] ?? 1));
    }
    return { errors, ...(results.runningVar && { runningVar: saved(results.runningVar[0]) }) };
  } catch ({ message }) {
    // A peer's name stands before what it says, and the kind of its error.
    return refusal(message.replace(`${participant.name}: `, '').replace(/^\w*Error: /, ''));
  }
}

function refusal(message) {
  return { leftOut: message.split('\n')[0] };
}

/** JSON has no infinity, and nothing that is not a number. */
function saved(value) {
  return Number.isFinite(value) ? value : String(value);
}
