import { transforms } from 'batchnorm';
import sharp from 'sharp';
import { interleave } from '../../../bench/interleave.mjs';
import { toPlanes } from '../../../bench/pixels.mjs';
import { median, medianRatio } from '../../../bench/statistics.mjs';

const SIDE = 224;
const IMAGES = 16;
const ROUNDS = 15;
/** Float32's rounding, three operations of it, at values up to 3. */
const TOLERANCE = 2e-6;

/** What comes before an ImageNet network: a JPEG of 500 x 375 to 224 x 224 pixels, then to its input. */
export async function measurePreparation() {
  const jpeg = await picture();
  const { mean, std } = transforms.IMAGENET;
  const normalize = new transforms.Normalize(mean, std);
  const inputs = { library: input(), plain: input() };
  let images = [];
  const each = (work) => {
    const start = performance.now();
    for (const image of images) work(image);
    return (performance.now() - start) / images.length;
  };
  const times = await interleave(
    {
      async decode() {
        images = [];
        const start = performance.now();
        for (let i = 0; i < IMAGES; i++) images.push(await decode(jpeg));
        return (performance.now() - start) / IMAGES;
      },
      library: () => each((image) => normalize.forward(image, { out: inputs.library })),
      plain: () => each(({ data }) => toPlanes(data, inputs.plain)),
    },
    { rounds: ROUNDS, warmUp: 3 },
  );
  checkSame(inputs);
  const { decode: decoding, library, plain } = times;
  return {
    rounds: ROUNDS,
    decode: median(decoding),
    library: median(library),
    plain: median(plain),
    timesPlain: medianRatio(plain, library),
  };
}

function input() {
  return new Float32Array(3 * SIDE * SIDE);
}

function decode(jpeg) {
  return sharp(jpeg).resize(SIDE, SIDE).raw().toBuffer({ resolveWithObject: true });
}

/** As soft as a photograph: coloured noise, enlarged. */
function picture() {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 };
  const small = { width: 50, height: 38, channels: 3, background: 'black', noise };
  return sharp({ create: small })
    .png()
    .toBuffer()
    .then((png) => sharp(png).resize(500, 375, { fit: 'fill' }).jpeg().toBuffer());
}

function checkSame({ library, plain }) {
  const farthest = library.reduce((most, x, i) => Math.max(most, Math.abs(x - plain[i])), 0);
  if (farthest > TOLERANCE) throw new Error(`the normalizations are ${farthest} apart`);
}
