import { LoadedServer } from './loaded-server.mjs';
import { digitRequests } from './requests.mjs';
import { round } from './round.mjs';
import { checkSameAnswers } from './same-answers.mjs';

const normalizations = ['library', 'plain'];
/** Until all code is compiled and all memory has been taken once. */
const WARM_UP = 2000;

/** Both servers under load, in turns, round after round. */
export async function measureServing({ model, requests: total, connections, rounds }, onRound) {
  const requests = await digitRequests();
  const servers = [];
  try {
    for (const normalization of normalizations) {
      servers.push(await LoadedServer.start(['--model', model, '--normalization', normalization]));
    }
    await checkSameAnswers(servers, requests);
    const load = { requests, connections, amount: Math.floor(total / rounds) };
    const warmUp = Math.min(WARM_UP, load.amount);
    const measured = {};
    for (const [i, name] of normalizations.entries()) {
      const { memory } = await round(servers[i], { ...load, amount: warmUp });
      measured[name] = { memoryBefore: memory, rounds: [] };
    }
    for (let turn = 0; turn < rounds; turn++) {
      onRound(turn + 1);
      for (const [i, name] of normalizations.entries()) {
        measured[name].rounds.push(await round(servers[i], load));
      }
    }
    return { connections, requests: load.amount * rounds, warmUp, measured };
  } finally {
    for (const server of servers) await server.end();
  }
}
