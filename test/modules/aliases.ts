import { Tensor, type TensorLike } from 'batchnorm';

/** The same elements through another Tensor, and through another typed array. */
export const aliases: Record<string, (x: Tensor) => TensorLike> = {
  'the input': (x) => x,
  'another Tensor over it': (x) => new Tensor(x.data, x.shape, x.memoryFormat),
  'another array over it': ({ data, shape, memoryFormat }) => ({
    data: data.subarray(),
    shape,
    memoryFormat,
  }),
};
