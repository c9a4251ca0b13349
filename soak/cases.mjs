import { batchNorms } from './batch-norms.mjs';
import { files } from './files.mjs';
import { images } from './images.mjs';
import { sampleNorms } from './sample-norms.mjs';
import { workers } from './workers.mjs';

/**
 * The calls that are mixed, each with what it is and what checks its result: { name, run }, `weight`
 * for how often it is made (4 where it is absent), and `close` for what is open until the end.
 */
export async function makeCases() {
  return [...batchNorms(), ...sampleNorms(), ...images(), ...files(), ...(await workers())];
}
