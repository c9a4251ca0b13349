import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on a terminal, else a line at every quarter. */
export function startProgress(total, unit) {
  return process.stdout.isTTY ? bar(total, unit) : lines(total, unit);
}

function bar(total, unit) {
  const format = ` {bar} {percentage}% | {value}/{total} ${unit} | {duration_formatted}`;
  const single = new SingleBar({ format, stream: process.stdout }, Presets.shades_classic);
  single.start(total, 0);
  return { add: (count) => single.increment(count), stop: () => single.stop() };
}

function lines(total, unit) {
  let done = 0;
  const quarter = () => Math.floor((4 * done) / total);
  return {
    add(count) {
      const before = quarter();
      done += count;
      if (quarter() > before) console.log(`${done}/${total} ${unit}`);
    },
    stop() {},
  };
}
