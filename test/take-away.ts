import type { ShapedData, Tensor } from 'batchnorm';

/** Takes the memory of a tensor away, as sending it to a worker does. */
export function takeAway({ data }: Tensor): void {
  structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
}

/** Stands for a tensor like `victim`, whose memory is gone once this one has been read. */
export function thiefOf(victim: Tensor): ShapedData {
  return {
    get data() {
      takeAway(victim);
      return new Float32Array(victim.size);
    },
    shape: victim.shape,
  };
}
