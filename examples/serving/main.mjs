// npm run serve: a server that reads digits. options.mjs says what it takes.
import { ArgumentError } from 'batchnorm';
import { NotTrained, trainedModel } from './model/trained.mjs';
import { readOptions, UsageError, usage } from './options.mjs';
import { makeApp } from './server/app.mjs';
import { Classifier, ModelError } from './server/classifier.mjs';
import { closeOnSignal } from './server/close-on-signal.mjs';
import { ListenError, listen } from './server/listen.mjs';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await serve(options);
} catch (error) {
  process.exitCode = refuse(error);
}

async function serve({ host, port, model, training, scaling, limits, grace, logLevel }) {
  const file = model ?? (await trainedModel(training.folder, training));
  const classifier = await Classifier.load(file, scaling);
  const app = await makeApp({ classifier, limits, logLevel });
  closeOnSignal(app, { grace });
  const address = await listen(app, { host, port });
  console.log(`listening on ${address}`);
}

/** Says what its user can put right in one line; the rest needs its stack. Returns the exit code. */
function refuse(error) {
  if (error instanceof UsageError || error instanceof ArgumentError) {
    console.error(`${error.message}\nnpm run serve -- --help lists the options`);
    return 2;
  }
  const isKnown = [ListenError, ModelError, NotTrained].some((kind) => error instanceof kind);
  console.error(isKnown ? error.message : error);
  return error.exitCode ?? 1;
}
