import type { DType, FloatArray, transforms } from 'batchnorm';

/** Images to normalize, and how. */
export interface ImageCase {
  n: number;
  height: number;
  width: number;
  /** Those of the input, of which as many are written as mean has. */
  channels: number;
  from: transforms.ImageLayout;
  to: transforms.ImageLayout;
  mean: readonly number[];
  std: readonly number[];
}

/** (x - mean) / std in a plain loop, each operation rounded to the dtype; bytes over 255, words over 65535. */
export function normalizedByDefinition(
  data: transforms.PixelData,
  { n, height, width, channels, from, to, mean, std }: ImageCase,
  dtype: DType,
): FloatArray {
  const area = height * width;
  const kept = mean.length;
  const most = [0, 255, 65535][data.BYTES_PER_ELEMENT];
  const round = dtype === 'float32' ? Math.fround : (value: number) => value;
  const y = new (dtype === 'float32' ? Float32Array : Float64Array)(n * area * kept);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < kept; c++) {
        const place =
          from === 'HWC' ? (i * area + p) * channels + c : (i * channels + c) * area + p;
        const x = data[place] as number;
        const scaled = most === undefined ? x : round(x / most);
        const target = to === 'HWC' ? (i * area + p) * kept + c : (i * kept + c) * area + p;
        y[target] = round(scaled - round(mean[c] as number)) / round(std[c] as number);
      }
    }
  }
  return y;
}
