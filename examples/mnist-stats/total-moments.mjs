import { functional as F } from 'batchnorm';

/** Mean and variance of everything seen so far, from the moments of its parts. */
export class TotalMoments {
  count = 0;
  mean = 0;
  #squares = 0;

  /** Takes in a tensor of one channel (Chan, Golub & LeVeque 1979, Stanford STAN-CS-79-773). */
  add(tensor) {
    const part = F.moments(tensor);
    const [mean] = part.mean;
    const [variance] = part.variance;
    const count = this.count + part.count;
    const distance = mean - this.mean;
    this.#squares += variance * part.count + (distance ** 2 * this.count * part.count) / count;
    this.mean += (distance * part.count) / count;
    this.count = count;
  }

  get std() {
    return Math.sqrt(this.#squares / this.count);
  }
}
