import { transforms } from 'batchnorm';
import { SIDE } from '../model/side.mjs';

const shape = [1, SIDE, SIDE];

/**
 * How bytes become what the model takes, (x / 255 - mean) / std, written into `out`. Each gives a
 * function for a mean and a standard deviation; they differ in speed only.
 */
export const normalizations = {
  library(mean, std) {
    const normalize = new transforms.Normalize([mean], [std]);
    return (data, out) => normalize.forward({ data, shape }, { out });
  },

  /** What one would write without a library. */
  plain(mean, std) {
    return (data, out) => {
      for (let i = 0; i < data.length; i++) out[i] = (data[i] / 255 - mean) / std;
    };
  },
};

/**
 * Of each ink. Dark ink is made light by the same formula, for
 * ((1 - x) - mean) / std = (x - (1 - mean)) / -std.
 */
export function normalizers(name, { mean, std }) {
  const of = normalizations[name];
  return { light: of(mean, std), dark: of(1 - mean, -std) };
}
