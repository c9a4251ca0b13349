import type { Tensor } from '../tensor/tensor';

/** A tensor, or what is left of one whose elements nobody needs. */
export type Described = Pick<Tensor, 'shape' | 'dtype' | 'memoryFormat' | 'size'> &
  Partial<Pick<Tensor, 'data'>>;

/** The same without its elements. */
export function describe({ shape, dtype, memoryFormat, size }: Described): Described {
  return { shape, dtype, memoryFormat, size };
}
