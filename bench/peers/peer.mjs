import { Child } from './child.mjs';
import { disagreement } from './disagreement.mjs';
import { tinyCase } from './tiny-case.mjs';

// float32 has it exactly: some peers keep it so.
const eps = 2 ** -17;
// Beyond it, rounds over many shapes would take hours.
const longestMs = 5000;

/**
 * Starts the program of a peer.
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} version
 * @property {number} threads
 * @property {Record<string, string>} leftOut why the latest prepare gave no such pass
 * @property {(one: Case) => Promise<Record<string, Pass>>} prepare lets go of the case before, and
 * gives the passes that the peer can do: 'eval', 'training', 'backward'
 * @property {() => Promise<void>} close
 *
 * @typedef {{ shape: number[], dtype: string, memoryFormat: string }} Case
 * @typedef {(calls?: number) => Promise<number>} Pass does it `calls` times in a row, 1 by default;
 * the milliseconds of a call, measured by the peer
 *
 * @returns {Promise<Peer>}
 */
export async function openPeer(program) {
  const { name } = program;
  const child = new Child(program);
  const { version, threads } = await child.ask({ ask: 'about' });
  const agreed = new Set();
  const run = (pass, options) => child.ask({ ask: 'run', pass, calls: 1, ...options });

  const peer = { name, version, threads, leftOut: {}, prepare, close: () => child.close() };
  return peer;

  async function prepare({ shape, dtype, memoryFormat }) {
    const kind = [shape.length, dtype, memoryFormat].join(' ');
    if (!agreed.has(kind)) await check(shape.length, dtype, memoryFormat);
    agreed.add(kind);

    const found = await child.ask({ ask: 'prepare', eps, shape, dtype, memoryFormat });
    const passes = {};
    peer.leftOut = {};
    for (const pass of ['eval', 'training', 'backward']) {
      const reason = found.passes.includes(pass) ? await warmUp(pass) : found.leftOut;
      if (reason) peer.leftOut[pass] = reason;
      else passes[pass] = async (calls = 1) => (await run(pass, { calls })).ms;
    }
    return passes;
  }

  /** Why the pass is to be left out, null where it is not. */
  async function warmUp(pass) {
    try {
      let { ms } = await run(pass);
      // The first one also waits for memory.
      if (ms > longestMs) ({ ms } = await run(pass));
      return ms > longestMs ? `takes ${(ms / 1000).toFixed(1)} s` : null;
    } catch ({ message }) {
      return message;
    }
  }

  /** Throws where the peer's results are not ours. */
  async function check(rank, dtype, memoryFormat) {
    const { values, expected, ...tiny } = tinyCase({ rank, dtype, memoryFormat, eps });
    const { passes } = await child.ask({ ask: 'prepare', eps, ...tiny, values });
    for (const pass of passes) {
      const actual = await run(pass, { result: true });
      for (const [result, ours] of Object.entries(expected[pass])) {
        const difference = disagreement(actual[result], ours, dtype);
        if (difference === null) continue;
        const what = `${result} of ${pass} for (${tiny.shape.join(', ')}), ${dtype}, ${memoryFormat}`;
        throw new Error(`${name} ${version} disagrees with batchnorm: ${what}: ${difference}`);
      }
    }
  }
}
