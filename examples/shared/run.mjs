import { ImagesError } from './idx.mjs';

/** Runs an example; what a user can put right is said in one line, the rest needs its stack. */
export function run(main) {
  main().catch((error) => {
    console.error(error instanceof ImagesError ? error.message : error);
    process.exitCode = 1;
  });
}
