/** Rows and columns of a digit, as MNIST has them. */
export const SIDE = 28;
