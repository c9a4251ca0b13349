import * as eventLoop from './event-loop.mjs';
import * as fresh from './fresh.mjs';
import * as large from './large.mjs';
import * as layers from './layers.mjs';
import * as peers from './peers.mjs';
import * as pixels from './pixels.mjs';
import * as sizes from './sizes.mjs';
import * as small from './small.mjs';
import * as tensorflowJs from './tensorflow-js.mjs';
import * as threads from './threads.mjs';

/**
 * What the bench measures. Each has `cases`, its usual number of `rounds`, and `measure(case,
 * { rounds })`, which gives a row: plain data, all that tables and charts need. What has to be
 * started first has `open` instead, which gives `measure`, `close` and what it has to say `about`
 * itself.
 */
export const sections = {
  large,
  layers,
  pixels,
  small,
  fresh,
  threads,
  eventLoop,
  peers,
  tensorflowJs,
  sizes,
};
