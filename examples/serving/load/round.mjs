import autocannon from 'autocannon';

/** The interval of the timer by which Node.js measures the event loop's delay, which it counts in. */
const TIMER = 0.01;
const steps = ['wait', 'decode', 'normalize', 'run'];

/** Milliseconds between autocannon's looks at whether it is done: idle time at the end of a round. */
const SAMPLE = 100;

/** Sends some requests to a server; returns how it went. */
export async function round(server, { requests, amount, connections }) {
  const before = await server.metrics();
  const latencies = [];
  const start = performance.now();
  let end = start;
  const result = await new Promise((resolve, reject) => {
    const options = { url: server.url, requests, amount, connections, sampleInt: SAMPLE };
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    // Its own percentiles are whole milliseconds, and its duration ends at such a look.
    run.on('response', (_client, _status, _bytes, milliseconds) => {
      latencies.push(milliseconds);
      end = performance.now();
    });
  });
  const { errors, timeouts, non2xx, '2xx': answered } = result;
  if (errors + timeouts + non2xx > 0 || answered !== amount) {
    throw new Error(`of ${amount} requests ${answered} were answered, ${non2xx} refused`);
  }
  const after = await server.metrics();
  const since = (name) => after[name] - (before[name] ?? 0);
  latencies.sort((a, b) => a - b);
  return {
    rate: (1000 * answered) / (end - start),
    latency: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    // In milliseconds, beyond the timer's own interval.
    loopDelay: Object.fromEntries(
      ['p50', 'p99', 'max'].map((name) => {
        const seconds = after[`nodejs_eventloop_lag_${name}_seconds`] - TIMER;
        return [name, Math.max(0, 1000 * seconds)];
      }),
    ),
    processor: since('process_cpu_seconds_total') / amount,
    steps: Object.fromEntries(
      steps.map((step) => {
        const name = (kind) => `classify_step_seconds_${kind}{step="${step}"}`;
        return [step, (1000 * since(name('sum'))) / since(name('count'))];
      }),
    ),
    memory: after.process_resident_memory_bytes,
  };
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
