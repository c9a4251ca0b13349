import { median, medianRatio } from '../../../bench/statistics.mjs';
import { duration } from '../../../bench/tables/cells.mjs';

/** The tables of a load test. */
export function tables({ serving, modelRun, preparation }) {
  return [servingTable(serving), partsTable(serving, modelRun), preparationTable(preparation)];
}

const names = { library: 'transforms.Normalize', plain: 'plain loop' };

function servingTable({ measured, connections, requests, warmUp }) {
  const list = Object.values(measured);
  const row = (title, text) => [title, ...list.map(text)];
  const of = (value, text) => (one) => text(median(one.rounds.map(value)));
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const last = ({ rounds }) => rounds.at(-1).memory;
  const [library, plain] = list.map(({ rounds }) => rounds.map(({ rate }) => rate));
  return {
    title: 'The server under load',
    text:
      `${count(requests)} PNGs of MNIST's digits to each server, by ${connections} connections of ` +
      'autocannon on the same machine. The servers take turns, in ' +
      `${list[0].rounds.length} rounds: medians of these. Memory is that after ${count(warmUp)} ` +
      'requests and after all.',
    columns: ['', ...Object.keys(measured).map((name) => names[name])],
    rows: [
      row(
        'requests a second',
        of(({ rate }) => rate, count),
      ),
      ['as a multiple of the other', medianRatio(library, plain).toFixed(2), '1'],
      row(
        'answered in, p50',
        of(({ latency }) => latency.p50, duration),
      ),
      row(
        'answered in, p99',
        of(({ latency }) => latency.p99, duration),
      ),
      row(
        "event loop's delay, p50",
        of(({ loopDelay }) => loopDelay.p50, duration),
      ),
      row(
        "event loop's delay, p99",
        of(({ loopDelay }) => loopDelay.p99, duration),
      ),
      row("event loop's delay, most", (one) =>
        duration(Math.max(...one.rounds.map(({ loopDelay }) => loopDelay.max))),
      ),
      row(
        'processor time a request',
        of(({ processor }) => 1000 * processor, duration),
      ),
      row('memory (RSS) before', ({ memoryBefore }) => megabytes(memoryBefore)),
      row('memory (RSS) after', (one) => megabytes(last(one))),
    ],
  };
}

function partsTable({ measured }, modelRun) {
  const list = Object.values(measured);
  const mean = (one, step) => median(one.rounds.map(({ steps }) => steps[step]));
  const row = (title, step) => [title, ...list.map((one) => duration(mean(one, step)))];
  const share = ({ rounds }) => {
    const shares = rounds.map(({ steps: { decode, normalize, run } }) => {
      return normalize / (decode + normalize + run);
    });
    return `${(100 * median(shares)).toFixed(1)} %`;
  };
  return {
    title: 'Where a request spends its time',
    text:
      'Means under that load, as the server measures them. Decoding is what sharp takes in threads ' +
      'of its own, and the wait for one of these and for the event loop; running is what ' +
      'onnxruntime takes, and the turn of the event loop that it waits for: alone, run after run, it ' +
      `takes ${duration(modelRun)}, and holds the event loop as long.`,
    columns: ['', ...Object.keys(measured).map((name) => names[name])],
    rows: [
      row('in the queue', 'wait'),
      row('decoding', 'decode'),
      row('normalizing', 'normalize'),
      row('running the model', 'run'),
      ["normalizing's share of the last three", ...list.map(share)],
    ],
  };
}

function preparationTable({ decode, library, plain, timesPlain, rounds }) {
  const share = (time) => `${((100 * time) / (decode + time)).toFixed(1)} %`;
  return {
    title: 'Larger images',
    text:
      'A JPEG of 500 x 375 pixels, decoded and scaled to 224 x 224 x 3 by sharp, then normalized to ' +
      'planes of float32, one image after the other. Decoding leaves the event loop alone, ' +
      `normalizing holds it. Medians of ${rounds} rounds.`,
    columns: ['', names.library, names.plain],
    rows: [
      ['decoding and scaling', duration(decode), duration(decode)],
      ['normalizing', duration(library), duration(plain)],
      ["normalizing's share of both", share(library), share(plain)],
      ['times as fast', timesPlain.toFixed(1), '1'],
    ],
  };
}

function count(value) {
  return Math.round(value).toLocaleString('en');
}
