import { parseArgs } from 'node:util';

const help = `npm run fuzz -- [options]

  --minutes M       for how long in all (default 1)
  --seconds S       the same, in seconds
  --only PART       kernels or api
  --seed N          repeats a run of the same length`;

/** What was asked for; ends this process where that makes no sense. */
export function readOptions(args) {
  const options = {
    minutes: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  };
  try {
    const { values } = parseArgs({ args, options });
    if (values.help) end(help, 0);
    if (values.only !== undefined && !['kernels', 'api'].includes(values.only)) {
      throw new Error(`--only is kernels or api, got ${values.only}`);
    }
    return {
      seconds: positive(values.seconds ?? 60 * positive(values.minutes ?? 1)),
      only: values.only ?? null,
      // libFuzzer takes 32 bits, and 0 for a seed of its own.
      seed: positive(values.seed ?? 1 + Math.floor(Math.random() * 2 ** 31)),
    };
  } catch (error) {
    end(`${error.message}\n\n${help}`, 2);
  }
}

function positive(value) {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Error(`expected a number above 0, got ${value}`);
}

function end(text, code) {
  console.error(text);
  process.exit(code);
}
