// npm run load: the server under load. options.mjs says what it takes.
import { loadavg } from 'node:os';
import { machine } from '../../../bench/machine.mjs';
import { machineLines } from '../../../bench/tables/machine.mjs';
import { terminal } from '../../../bench/tables/terminal.mjs';
import { trainedModel } from '../model/trained.mjs';
import { readOptions as readServeOptions, UsageError } from '../options.mjs';
import { measureModel } from './model-run.mjs';
import { readOptions, usage } from './options.mjs';
import { measurePreparation } from './preparation.mjs';
import { measureServing } from './serving.mjs';
import { tables } from './tables.mjs';
import { checkPlace, writeFigures } from './write.mjs';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await load(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\nnpm run load -- --help lists the options`);
  process.exitCode = 2;
}

async function load(options) {
  const { training } = readServeOptions([]);
  const [othersLoad] = loadavg();
  // Found out before there is work to lose.
  if (options.write) checkPlace(options.docs);
  const model = options.model ?? (await trainedModel(training.folder, training));
  const serving = await measureServing({ ...options, model }, (round) =>
    // Where output is piped, progress still shows.
    console.error(`round ${round} of ${options.rounds}`),
  );
  const modelRun = await measureModel(model);
  const report = { serving, modelRun, preparation: await measurePreparation() };
  const lines = [
    ...machineLines({ date: new Date().toISOString(), machine: machine() }),
    `what else the machine had to do, as its load average before: ${othersLoad.toFixed(1)}`,
  ];
  console.log(lines.join('\n'), '\n');
  for (const table of tables(report)) console.log(terminal(table));
  if (options.write) writeFigures(options.docs, lines, tables(report));
}
