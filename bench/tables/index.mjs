import { eventLoopTables } from './event-loop.mjs';
import { freshTables } from './fresh.mjs';
import { largeTables } from './large.mjs';
import { layersTables } from './layers.mjs';
import { peersTables } from './peers.mjs';
import { pixelsTables } from './pixels.mjs';
import { sizesTables } from './sizes.mjs';
import { smallTables } from './small.mjs';
import { tensorflowJsTables } from './tensorflow-js.mjs';
import { threadsTables } from './threads.mjs';

const tablesOf = {
  large: largeTables,
  layers: layersTables,
  pixels: pixelsTables,
  small: smallTables,
  fresh: freshTables,
  threads: threadsTables,
  eventLoop: eventLoopTables,
  peers: peersTables,
  tensorflowJs: tensorflowJsTables,
  sizes: sizesTables,
};

/** Every table of a report: `{ title, text, columns, rows }`, each row a list of cells. */
export function tables(report) {
  return Object.entries(report.sections).flatMap(([name, section]) => tablesOf[name](section));
}
