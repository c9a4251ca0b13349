import { arrangeRows, type Caller } from '../../functional/internal';
import { Tensor } from '../../tensor/tensor';
import { sampleNorm } from './sample-norm';

const caller: Caller = { name: 'layerNormalization', ranks: null, numFeatures: null };

export interface Rows {
  readonly rows: number;
  readonly columns: number;
}

/** Normalizes each row by itself; scale and offset have a value for each column. */
export const layerNorm = sampleNorm<Rows>(
  'batchnorm/LayerNorm',
  caller,
  (elements, { rows, columns }) => new Tensor(elements, [rows, columns]),
  ({ columns }) =>
    (input, affine) =>
      arrangeRows(caller, [columns], true, input, affine),
);
