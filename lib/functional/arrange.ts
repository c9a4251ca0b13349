import type { Tensor } from '../tensor/tensor';
import type { Arranged } from './arranged';
import type { Affine } from './parameters';

/** Checks an input and the parameters against it, and puts it as the kernels take it. */
export type Arrange = (input: Tensor, affine: Affine) => Arranged;
