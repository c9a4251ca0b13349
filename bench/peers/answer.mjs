import { createInterface } from 'node:readline';

/**
 * Answers each line of standard input, as every peer's program does whatever its language:
 *
 * - `{ ask: 'about' }`: the `version` and the `threads` it runs with.
 * - `{ ask: 'prepare', shape, dtype, memoryFormat, eps, values? }`: lets go of the case before.
 *   `passes` are those it can do, `leftOut` is why not the others. `values` are arrays in memory order.
 * - `{ ask: 'run', pass, calls, result? }`: does it `calls` times, for `ms` each. With `result`, also
 *   what came out, arrays in memory order.
 *
 * @param about gives the answer to the first
 * @param prepare takes the second; gives { passes, leftOut, release() }, each of the passes with
 * time(calls), the milliseconds of a call, and result(), which runs it once for what comes out
 */
export async function answer(about, prepare) {
  let prepared = { release() {} };
  const answers = {
    about,
    async prepare(question) {
      prepared.release();
      prepared = { passes: {}, release() {} };
      prepared = await prepare(question);
      return { passes: Object.keys(prepared.passes), leftOut: prepared.leftOut };
    },
    async run({ pass, calls, result }) {
      const { time, result: read } = prepared.passes[pass];
      return result ? { ...(await read()), ms: 0 } : { ms: await time(calls) };
    },
  };
  await answerLines(answers);
}

/** Answers each line of standard input by the function that its `ask` names, with its `error` if that throws. */
export async function answerLines(answers) {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    const reply = await attempt(() => answers[question.ask](question));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

async function attempt(run) {
  try {
    return await run();
  } catch (error) {
    return { error: String(error) };
  }
}
