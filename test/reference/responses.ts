import type { Tensor } from 'batchnorm';
import { valuesOf } from './sets';

export interface ResponseOptions {
  size: number;
  alpha: number;
  beta: number;
  k: number;
}

/** Local response normalization in plain float64; elements are in logical order. */
export class ReferenceResponses {
  readonly output: number[];
  readonly #x: number[];
  readonly #d: number[];
  readonly #channels: number;
  readonly #positions: number;

  constructor(
    input: Tensor,
    readonly options: ResponseOptions,
  ) {
    const [, channels = 1, ...spatial] = input.shape;
    this.#channels = channels;
    this.#positions = spatial.reduce((product, size) => product * size, 1);
    this.#x = valuesOf(input);
    const { size, alpha, beta, k } = options;
    this.#d = this.#x.map((_, i) => {
      const squares = this.#windowOf(i).map((j) => (this.#x[j] as number) ** 2);
      return k + (alpha / size) * squares.reduce((sum, square) => sum + square, 0);
    });
    this.output = this.#x.map((x, i) => x / (this.#d[i] as number) ** beta);
  }

  /** The gradient of the input, and the size of what it adds up. */
  gradient(gradOutput: Tensor): { values: number[]; scale: number } {
    const { size, alpha, beta } = this.options;
    const g = valuesOf(gradOutput).map((dy, i) => dy / (this.#d[i] as number) ** beta);
    const values = [...g];
    let scale = Math.max(0, ...g.map(Math.abs));
    g.forEach((of, i) => {
      const x = this.#x[i] as number;
      // y of channel i has each x of its window in it.
      for (const j of this.#windowOf(i)) {
        const share = (2 * alpha * beta * (this.#x[j] as number) * of * x) / size;
        const part = share / (this.#d[i] as number);
        values[j] = (values[j] as number) - part;
        scale = Math.max(scale, Math.abs(part));
      }
    });
    return { values, scale };
  }

  /** The elements of the window of an element: PyTorch pads size // 2 before, (size - 1) // 2 after. */
  #windowOf(element: number): number[] {
    const { size } = this.options;
    const channel = Math.floor(element / this.#positions) % this.#channels;
    const first = Math.max(0, channel - Math.floor(size / 2));
    const last = Math.min(this.#channels - 1, channel + Math.floor((size - 1) / 2));
    return Array.from(
      { length: last - first + 1 },
      (_, i) => element + (first + i - channel) * this.#positions,
    );
  }
}
