import { layers } from '../layers.mjs';

/**
 * The input of a case as runs of elements that share a mean: element k of a run is at
 * `start + k * stride` in memory, and its weight is `parameter + k * step`.
 *
 * @param {import('../layers.mjs').Case} one
 * @returns {{ sets: number, parameters: number, length: number, runs: {
 *   start: number, stride: number, set: number, parameter: number, step: number }[] }}
 */
export function runsOf({ layer, layout, shape }) {
  const { sets, setOf, perElement } = layers[layer];
  const [n, c, ...spatial] = shape;
  const s = spatial.reduce((product, size) => product * size, 1);
  const parameters = perElement ? c * s : c;
  const about = { sets: sets(shape), parameters };
  // Matrices in the longest runs that they have.
  if (layout === 'rows' && perElement) {
    const row = (i) => ({ start: i * c, stride: 1, set: i, parameter: 0, step: 1 });
    return { ...about, length: c, runs: Array.from({ length: n }, (_, i) => row(i)) };
  }
  if (layout === 'rows') {
    const column = (i) => ({ start: i, stride: c, set: i, parameter: i, step: 0 });
    return { ...about, length: n, runs: Array.from({ length: c }, (_, i) => column(i)) };
  }
  const last = layout === 'channelsLast';
  const runs = Array.from({ length: n * c }, (_, i) => {
    const [sample, channel] = [Math.floor(i / c), i % c];
    return {
      start: last ? sample * s * c + channel : i * s,
      stride: last ? c : 1,
      set: setOf(sample, channel, c),
      parameter: perElement ? channel * s : channel,
      step: perElement ? 1 : 0,
    };
  });
  return { ...about, length: s, runs };
}
