/** What one would write without a library: a constant factor and a constant term, in one loop. */
export function scaleByHand(pixels, into, { mean, std }) {
  const factor = 1 / (255 * std[0]);
  const term = -mean[0] / std[0];
  for (let i = 0; i < pixels.length; i++) into[i] = pixels[i] * factor + term;
}
