// As many as a server that is called ten times a second has in an hour.
const callsOfAnHour = 36_000;
// The bound that the project set itself.
const mostGrowth = 0.05;

/** Prints what a run has found; whether all is as it should be. */
export function report({ seconds, counts, failures, memory, handles }) {
  const calls = [...counts.values()].reduce((a, b) => a + b, 0);
  const minutes = ((60 * calls) / callsOfAnHour).toFixed(0);
  const [first, last] = memory.ends.map((bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`);
  const percent = `${(100 * memory.growth).toFixed(1)} %`;
  const never = [...counts].filter(([, count]) => count === 0).map(([name]) => name);
  const left = Object.entries(handles).map(([kind, count]) => `${count} ${kind}`);
  const rows = [
    // How many fit into the time is the machine's matter.
    ['calls', `${calls} in ${seconds} s, as ten a second in ${minutes} minutes`, calls > 0],
    ['results that were wrong', `${failures.length}`, failures.length === 0],
    [
      'kinds of calls, and never made',
      `${counts.size}, ${never.join(', ') || 'none'}`,
      never.length === 0,
    ],
    [
      `resident memory after warm-up, at most 5 % more`,
      `${first} to ${last} (${percent})`,
      memory.growth <= mostGrowth,
    ],
    ['handles, files and threads left', left.join(', ') || 'none', left.length === 0],
  ];
  for (const [name, count] of counts) console.log(`${String(count).padStart(8)}  ${name}`);
  console.log();
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, figure, passes] of rows) {
    console.log(`${passes ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${figure}`);
  }
  for (const { name, error } of failures) console.error(`\n${name}:`, error);
  return rows.every(([, , passes]) => passes);
}
