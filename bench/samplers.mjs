import { setNumThreads } from 'batchnorm';

/**
 * A sampler runs what it measures and gives the time of one call, in milliseconds: here the mean of
 * `calls` calls in a row, for what is too short for the clock.
 */
export function timed(run, calls = 1) {
  return () => {
    const start = performance.now();
    for (let call = 0; call < calls; call++) run();
    return (performance.now() - start) / calls;
  };
}

/** The same where each call needs `before` ahead of it, which does not count. */
export function timedAfter(before, run, calls = 1) {
  return async () => {
    let total = 0;
    for (let call = 0; call < calls; call++) {
      await before();
      const start = performance.now();
      run();
      total += performance.now() - start;
    }
    return total / calls;
  };
}

export function onThreads(threads, sampler) {
  return () => {
    setNumThreads(threads);
    return sampler();
  };
}

/** Samplers of the passes of `run` (see passes.mjs), to go round in their order. */
export function passSamplers(run, { threads = 1, calls = 1 } = {}) {
  const samplers = Object.entries(run).map(([pass, call]) => {
    // Each backward needs a forward; a single one finds that of its own round.
    const sampler =
      pass === 'backward' && calls > 1 ? timedAfter(run.training, call, calls) : timed(call, calls);
    return [pass, onThreads(threads, sampler)];
  });
  return Object.fromEntries(samplers);
}

/** How many calls of `run` fill two milliseconds, at least one; leaves its code compiled and warm. */
export function callsToTime(run) {
  for (let calls = 1; ; calls *= 2) {
    const each = timed(run, calls)();
    if (each * calls >= 50) return Math.max(1, Math.round(2 / each));
  }
}
